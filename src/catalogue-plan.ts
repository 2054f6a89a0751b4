/** The error codes of plans: their files, their runs, and what is left of those. A part of catalogue.ts. */

export const planCatalogue = {
  // plan: files and runs
  ERR_FILE: {
    meaning: 'A file cannot be read or written.',
    remedy: 'Check that it exists and that this user may reach it.',
    exit: 2,
  },
  ERR_PLAN_SYNTAX: {
    meaning: 'The file is not valid YAML or JSON.',
    remedy: 'Correct the file at the place given.',
    exit: 2,
  },
  ERR_PLAN_EMPTY: {
    meaning: 'The file holds no plan.',
    remedy: 'Start from an example in examples/.',
    exit: 2,
  },
  ERR_PLAN_TOO_LARGE: {
    meaning: 'The file, or what its aliases expand to, is larger than a plan may be.',
    remedy: 'A plan may have 1 MiB; use repeat instead of copies.',
    exit: 2,
  },
  ERR_PLAN_KEY: {
    meaning: 'The file has a key that does not exist at that place.',
    remedy: 'Use one of the keys that the message lists.',
    exit: 2,
  },
  ERR_PLAN_VALUE: {
    meaning: 'The file has a value that cannot stand at that place.',
    remedy: 'Correct the value that the message names.',
    exit: 2,
  },
  ERR_EXPRESSION: {
    meaning: 'An expression of a plan is wrong, or had no value when it was needed.',
    remedy: 'Correct what the message names; a reading is there after its action has run.',
    exit: 2,
  },
  ERR_PARAM: {
    meaning: 'A parameter of a plan does not exist, or has a value that it cannot have.',
    remedy: 'Give a value that the plan allows: --param name=value.',
    exit: 2,
  },
  ERR_LOOP_LIMIT: {
    meaning: 'What a loop of a plan waited for did not come within its limit.',
    remedy: 'Look at what it waits for, or give it more rounds or more time.',
    exit: 1,
  },
  ERR_QUESTION: {
    meaning: 'A question of a plan had no answer, a wrong one, or a no.',
    remedy: 'Run it where somebody can answer, or answer beforehand: --yes, --param name=value.',
    exit: 1,
  },
  ERR_INCLUDE: {
    meaning: 'The files that a plan includes are too many, too large, or include each other in a circle.',
    remedy: 'Take out the include that the message names.',
    exit: 2,
  },
  ERR_NOT_RESUMABLE: {
    meaning: 'The plan does not say that it may be resumed, or cannot be resumed there.',
    remedy: 'Run it from its beginning, or write resumable: true if it may go on in the middle.',
    exit: 2,
  },
  ERR_BAD_RECORDING: {
    meaning: 'The file is not a recording that can be replayed on this bench.',
    remedy: 'Replay a VCD file whose signals are called like peripherals of the bench.',
    exit: 2,
  },
  // records of runs
  ERR_RUN_FOLDER: {
    meaning: 'The folder is not one that a record can be written to, or read from.',
    remedy: 'Name a folder that is empty or not there yet, below one that this user may write to.',
    exit: 2,
  },
  ERR_RUN_VERSION: {
    meaning: 'The record was written by a version of pi-worker that this one does not know.',
    remedy: 'Read it with that version, or a later one.',
    exit: 2,
  },
  ERR_RUN_RECORD: {
    meaning: 'The record of a run could not be written to its end.',
    remedy: 'Check the disk: see the message and the kernel log (dmesg).',
    exit: 1,
  },
  ERR_UNKNOWN_RUN: {
    meaning: 'No run is called so, or several are.',
    remedy: 'See pi-worker runs for their names; the beginning of one, or last, is enough.',
    exit: 2,
  },
} as const
