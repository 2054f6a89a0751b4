/** Every error code of pi-worker. Below every layer: it imports nothing but the other parts of itself. */

import { hardwareCatalogue } from './catalogue-hardware.js'
import { planCatalogue } from './catalogue-plan.js'

export interface CatalogueEntry {
  /** What the code means, as one sentence. */
  readonly meaning: string
  /** What a person can do about it, unless the throwing place knows better. */
  readonly remedy: string
  /**
   * Exit code of the command line when this error ends a run: 1 task, 2 input, 3 driver or line, 4 not safe, 5 stopped.
   */
  readonly exit: 1 | 2 | 3 | 4 | 5
}

export const catalogue = {
  // worker: tasks, queues, clock
  ERR_BAD_OPTION: {
    meaning: 'An option has a value that it cannot have.',
    remedy: 'Correct the option that the message names.',
    exit: 2,
  },
  ERR_BAD_DURATION: {
    meaning: 'A duration is negative, not finite, or has no known unit.',
    remedy: 'Write a number of milliseconds or a number with a unit: 10us, 200ms, 2s, 5m, 3h, 7d.',
    exit: 2,
  },
  ERR_TIMEOUT: {
    meaning: 'The task ran longer than its timeout.',
    remedy: 'Raise the timeout, or find out what the function was waiting for.',
    exit: 1,
  },
  ERR_WAIT_TIMEOUT: {
    meaning: 'The wait for a result was given up; the task itself goes on.',
    remedy: 'Wait longer, or look at the task again later with worker.get(id).',
    exit: 1,
  },
  ERR_CANCELLED: {
    meaning: 'The task was cancelled.',
    remedy: 'Run it again if it is still wanted.',
    exit: 1,
  },
  ERR_EXPIRED: {
    meaning: 'The task was still queued when its notAfter time passed, so it was never run.',
    remedy: 'Give it a later notAfter, a higher priority, or a less busy peripheral.',
    exit: 1,
  },
  ERR_TASK_FAILED: {
    meaning: 'The function of the task threw something that is not an Error.',
    remedy: 'Throw an Error; the thrown value is in details.thrown.',
    exit: 1,
  },
  ERR_ABANDONED: {
    meaning: 'The function did not stop within its grace, so it was given up and its outcome is unknown.',
    remedy: 'Check the hardware, then reset the quarantined queue; make the function heed its abort signal.',
    exit: 1,
  },
  ERR_REVOKED: {
    meaning: 'A device handle was used by a function that had been given up.',
    remedy: 'Make the function stop when its abort signal fires.',
    exit: 1,
  },
  ERR_NOT_SAFE: {
    meaning: 'A peripheral could not be put into its safe state.',
    remedy: 'Cut the power of the load by hand, then find out why the line cannot be driven.',
    exit: 4,
  },
  ERR_QUARANTINED: {
    meaning: 'The queue is quarantined after a task on it was given up, and takes no new tasks.',
    remedy: 'Check the hardware, then call reset() on the queue.',
    exit: 1,
  },
  ERR_RESET_REFUSED: {
    meaning:
      'A queue or a stopped bench cannot be reset while something could still act, or while why it stopped lasts.',
    remedy: 'Wait until the abandoned function settles (event settledLate), or end the process.',
    exit: 1,
  },
  ERR_STOPPED: {
    meaning: 'The bench is stopped: all is safe, and nothing runs on it.',
    remedy:
      'See why it was stopped; when all is well again, reset the bench: bench.reset({ acknowledge: "who or why" }), or ' +
      'pi-worker reset NAME --acknowledge "who or why".',
    exit: 5,
  },
  ERR_NOT_RUNNING: {
    meaning: 'There is no running bench or plan of that name.',
    remedy: 'Use one of the names that pi-worker status shows.',
    exit: 2,
  },
  ERR_NO_ANSWER: {
    meaning: 'A running bench does not answer.',
    remedy: 'Its program is stuck or very busy: ask again, or end it.',
    exit: 1,
  },
  ERR_RETRY_UNSAFE: {
    meaning: 'Retries were asked for something that must not be done twice on its own.',
    remedy: "Declare effect 'read' or 'idempotent' if that is true, or leave out retries.",
    exit: 2,
  },
  ERR_CLOSED: {
    meaning: 'The worker or bench is closed and takes no new tasks.',
    remedy: 'Open a new one.',
    exit: 1,
  },
  ERR_CLOCK_STALLED: {
    meaning: 'Real work that holds the virtual clock has not ended for 5 s of real time.',
    remedy: 'Find out what the held promise waits for; hold only real input and output, never virtual time.',
    exit: 1,
  },
  ERR_CLOCK_IDLE: {
    meaning: 'The virtual clock has nothing left that could happen, and something is still waiting.',
    remedy: 'Give the wait a timeout, or simulate what it waits for.',
    exit: 1,
  },
  ...hardwareCatalogue,
  // bench: definitions, peripherals, claims
  ERR_BAD_DEFINITION: {
    meaning: 'A peripheral is defined in a way that cannot work.',
    remedy: 'Correct what the message names in the definePeripheral call.',
    exit: 2,
  },
  ERR_BAD_NAME: {
    meaning: 'A peripheral has a name that it cannot have.',
    remedy: 'Use a letter followed by letters, digits, _ or -, and none of the reserved names.',
    exit: 2,
  },
  ERR_BAD_CONFIG: {
    meaning: 'The configuration of a peripheral does not fit its type.',
    remedy: 'Correct the field that the message names.',
    exit: 2,
  },
  ERR_BAD_INPUT: {
    meaning: 'The input of an action does not fit it.',
    remedy: 'Correct the field that the message names.',
    exit: 2,
  },
  ERR_BAD_OUTPUT: {
    meaning: 'An action returned something that its definition does not allow, or that JSON cannot hold.',
    remedy: 'Correct the action: return plain data that fits its output schema.',
    exit: 2,
  },
  ERR_UNKNOWN_TYPE: {
    meaning: 'There is no such type of peripheral.',
    remedy: 'Use one of the types that the message lists.',
    exit: 2,
  },
  ERR_UNKNOWN_PERIPHERAL: {
    meaning: 'The bench has no peripheral of that name.',
    remedy: 'Use one of the names in the bench.',
    exit: 2,
  },
  ERR_UNKNOWN_ACTION: {
    meaning: 'The peripheral has no such action.',
    remedy: 'Use one of the actions that the message lists.',
    exit: 2,
  },
  ERR_LINE_CLAIMED: {
    meaning: 'Two peripherals of one bench want the same line.',
    remedy: 'Give each peripheral lines of its own.',
    exit: 2,
  },
  ERR_NO_EDGE: {
    meaning: 'The edge or level that an input waited for did not come in time.',
    remedy: 'Check the wiring, or wait longer.',
    exit: 1,
  },
  ERR_NO_LIMIT_SWITCH: {
    meaning: 'A stepper was told to home, and has no limit switch.',
    remedy: 'Give it the line of its switch in "limit", or set its position with zero.',
    exit: 2,
  },
  ERR_LIMIT_REACHED: {
    meaning: 'A limit switch stopped a move, or is pressed on the side that a move would go to.',
    remedy: 'Move the other way, or home it.',
    exit: 1,
  },
  ERR_HOME_FAILED: {
    meaning: 'A stepper did not find its limit switch, or did not come off it.',
    remedy: 'Check the switch, its wiring and the direction of the motor.',
    exit: 1,
  },
  ERR_JOURNAL: {
    meaning: 'The journal of a bench cannot be read or written, is in use, is damaged, or is not ours.',
    remedy: 'Correct what the message names, or look at the hardware and move the journal away.',
    exit: 1,
  },
  ERR_LIMIT: {
    meaning: 'An output would be on for too long, too often, or again too soon, or was.',
    remedy: 'Ask for what its limits allow, or change them in its configuration if the hardware can take more.',
    exit: 1,
  },
  ERR_INTERLOCK: {
    meaning: 'An output would be on while something that it depends on does not allow it, or was.',
    remedy: 'See what the rule that the message names waits for.',
    exit: 1,
  },
  ERR_STILL_PENDING: {
    meaning: 'A test expected that nothing was left to do, and tasks or timers were.',
    remedy: 'Await the tasks and cancel the timers that the message names.',
    exit: 1,
  },
  ERR_GUARDIAN: {
    meaning: 'The guardian, which makes outputs safe when this process cannot, cannot be started or is gone.',
    remedy:
      'Mend what the message names, or open the bench with guardian: false, which leaves outputs as they are then.',
    exit: 3,
  },
  ...planCatalogue,
  ERR_USAGE: {
    meaning: 'The command line is not one that pi-worker understands.',
    remedy: 'See pi-worker --help.',
    exit: 2,
  },
  ERR_UNEXPECTED: {
    meaning: 'Something was thrown that pi-worker does not know.',
    remedy: 'This is a fault of pi-worker: run again with --verbose and report what it prints.',
    exit: 1,
  },
} as const satisfies Record<string, CatalogueEntry>
