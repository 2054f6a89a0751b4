/** A guardian without a process: its duty in a world of the test's own, on a virtual clock. */

import type { Level } from '../../../drivers/driver.js'
import type { Handover, LineCall } from '../../../drivers/handover.js'
import type { Accepted } from '../../../drivers/make-safe.js'
import { Duty } from '../../../src/bench/guardian/duty.js'
import type { DutyWorld } from '../../../src/bench/guardian/duty-world.js'
import type { FromGuardian, GuardedItem, Hold, ToGuardian } from '../../../src/bench/guardian/protocol.js'
import type { GuardianLink, LinkListener } from '../../../src/bench/guardian/start-guardian.js'
import { PiWorkerError } from '../../../src/errors.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'

export const RUNNER = 811
export const LEASE_MS = 2000

/** Something whose making safe shows as `safe <path>`. */
export const files = (path: string): Handover => ({ kind: 'file', writes: [{ path, text: 'low' }], release: [] })

export function item(id: number, what: string, hold: Hold = 'exit', handover = files(what)): GuardedItem {
  const request = { kind: 'file', driver: 'onoff', board: 'a board', lines: [id] } as const
  return { id, what, hold, handover, ...(handover.kind === 'file' && { request }) }
}

export class FakeWorld implements DutyWorld {
  readonly clock: VirtualClock
  readonly pid = 812
  /** `safe a`, `safe a after`, `let go a`, `forget a`, `change a ...`, `kill 811`, `detach`, `leave`: in order. */
  readonly done: string[] = []
  readonly told: FromGuardian[] = []
  readonly logged: string[] = []
  readonly remembered: string[] = []
  /** Handovers, by what they show, that cannot be accepted, or whose making safe fails. */
  readonly unacceptable = new Set<string>()
  readonly broken = new Set<string>()
  /** What lines that are watched have, by what they show; none can be read that is not here. */
  readonly levels = new Map<string, Level>()
  lives = true
  /** The runner ends so long after it is killed, in ns. */
  dyingNs = 0
  /** Where what is told goes besides. */
  onTell: ((message: FromGuardian) => void) | undefined
  onLeave: (() => void) | undefined

  constructor(clock = new VirtualClock()) {
    this.clock = clock
  }

  accept = async (handover: Handover): Promise<Accepted> => {
    const name = nameOf(handover)
    if (this.unacceptable.has(name)) throw new PiWorkerError('ERR_IO', 'EBADF')
    return {
      makeSafe: giverGone => {
        if (this.broken.has(name)) throw new PiWorkerError('ERR_IO', 'ENODEV')
        this.done.push(`safe ${name}${giverGone ? ' after' : ''}`)
      },
      change: (calls: readonly LineCall[]) => void this.done.push(`change ${name} ${calls.length}`),
      level: () => {
        const level = this.levels.get(name)
        if (level === undefined) throw new PiWorkerError('ERR_IO', 'ENODEV')
        return level
      },
      letGo: () => void this.done.push(`let go ${name}`),
      forget: () => void this.done.push(`forget ${name}`),
    }
  }

  runnerLives = (): boolean => this.lives

  kill = (runner: number): void => {
    this.done.push(`kill ${runner}`)
    this.clock.after(this.dyingNs, () => {
      this.lives = false
    })
  }

  tell = (message: FromGuardian): void => {
    this.told.push(message)
    this.onTell?.(message)
  }

  remember = (bench: string, reason: string): void => void this.remembered.push(`${bench}: ${reason}`)
  log = (line: string): void => void this.logged.push(line)
  post = async (mailbox: string, fd: number): Promise<void> => void this.done.push(`post ${fd} to ${mailbox}`)
  detach = (): void => void this.done.push('detach')

  leave = (): void => {
    this.done.push('leave')
    this.onLeave?.()
  }
}

/** Its number in the name, so that a test sees which it is. */
function nameOf(handover: Handover): string {
  if (handover.kind === 'file') return handover.writes[0]?.path ?? 'nothing'
  return handover.kind === 'line' ? `line ${handover.fd}` : handover.kind
}

/** A stop line that is open when it is high. */
export function stopLine(id: number, what: string, debounceNs = 0): GuardedItem {
  return { id, what, hold: 'exit', handover: files(what), watch: { open: 'high', debounceNs } }
}

/** A duty that guards these, and has been told so. */
export async function guarding(
  items: readonly GuardedItem[],
  world = new FakeWorld(),
): Promise<{ duty: Duty; world: FakeWorld }> {
  const duty = new Duty(world)
  duty.receive({ type: 'guard', runner: RUNNER, leaseMs: LEASE_MS, items, bench: 'dose' })
  await turn()
  return { duty, world }
}

/** Everything that is under way without time passing. */
export const turn = () => new Promise<void>(resolve => setImmediate(resolve))

/** A guardian's end of a link, as its runner has it: what is said arrives a turn later. */
export class FakeLink implements GuardianLink {
  readonly world: FakeWorld
  readonly duty: Duty
  readonly pid: number
  readonly fds: readonly number[]
  /** What the runner said. */
  readonly said: ToGuardian[] = []
  /** It neither hears nor answers any more. */
  deaf = false
  refs = true
  #listener: LinkListener | undefined
  #over = false

  constructor(clock: VirtualClock, pid: number, fds: readonly number[]) {
    this.pid = pid
    this.fds = fds
    this.world = new FakeWorld(clock)
    this.duty = new Duty(this.world)
    this.world.onTell = message => {
      if (!this.deaf) queueMicrotask(() => !this.#over && this.#listener?.message(message))
    }
    this.world.onLeave = () => queueMicrotask(() => !this.deaf && this.end('it ended with exit code 0'))
  }

  /** What it said, but for signs of life. */
  get words(): string[] {
    return this.said.map(({ type }) => type).filter(type => type !== 'beat')
  }

  send(message: ToGuardian): void {
    this.said.push(message)
    if (!this.deaf && !this.#over) queueMicrotask(() => this.duty.receive(message))
  }

  listen(listener: LinkListener): void {
    this.#listener = listener
  }

  ref(wanted: boolean): void {
    this.refs = wanted
  }

  kill(): void {
    this.end('it ended with SIGKILL')
  }

  end(why: string): void {
    if (this.#over) return
    this.#over = true
    this.#listener?.closed(why)
  }
}
