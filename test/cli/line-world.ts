/** The line commands on a machine of files and a simulated chip, which may pass for a real one. */

import { chipLineOf, numberOfChipLine, parseChipLine } from '../../drivers/chip-lines.js'
import type { Board, LineInfo } from '../../drivers/driver.js'
import type { MachineOptions } from '../../drivers/machine/machine.js'
import { MockBoard, type MockBoardOptions } from '../../mocks/board.js'
import { Output } from '../../src/cli/io.js'
import type { LineWorld } from '../../src/cli/line-world.js'
import type { Session } from '../../src/cli/program.js'
import { PiWorkerError } from '../../src/errors.js'
import { machineOf, PI_4, type Tree } from '../drivers/machine/trees.js'
import { FakeIo, type FakeIoOptions } from './setup.js'

export interface WorldOptions extends FakeIoOptions {
  /** Default: a Pi 4. */
  readonly tree?: Tree
  readonly machine?: MachineOptions
  readonly board?: Omit<MockBoardOptions, 'clock'>
  /** Why drivers do not open; those that are not named open. */
  readonly refusals?: Readonly<Record<string, PiWorkerError>>
  /** Why other chips cannot be reached, by their numbers; those that are not named can. */
  readonly chips?: Readonly<Record<number, PiWorkerError>>
  /** The kernel's account of lines, where it differs from the simulation's. */
  readonly info?: Readonly<Record<number, Partial<LineInfo>>>
}

/** What a command is tried in. */
export class TestWorld implements LineWorld {
  readonly io: FakeIo
  readonly session: Session
  readonly machine: LineWorld['machine']
  /** The simulated chip behind every driver. */
  readonly chip: MockBoard
  /** Drivers that were asked for, in order. */
  readonly opened: string[] = []
  /** Lines that were requested, in order. */
  readonly requested: number[] = []
  closed = 0
  readonly #options: WorldOptions

  constructor(options: WorldOptions = {}) {
    this.#options = options
    this.io = new FakeIo(options)
    const { stdout, stderr, env } = this.io
    this.session = { io: this.io, out: new Output(stdout, env), err: new Output(stderr, env) }
    this.machine = machineOf(options.tree ?? PI_4, options.machine)
    this.chip = new MockBoard({ clock: this.io.clock, ...options.board })
  }

  get stdout(): string {
    return this.io.stdout.text
  }

  get stderr(): string {
    return this.io.stderr.text
  }

  async open({ driver }: { readonly driver?: unknown }): Promise<{ board: Board; choice: string }> {
    const wanted = String(driver)
    this.opened.push(wanted)
    const name = wanted === 'auto' ? 'gpiochip' : wanted
    const refusal = this.#options.refusals?.[name]
    if (refusal !== undefined) throw refusal
    return { board: this.#board(name as Board['driver']), choice: `${name}, chosen by the test` }
  }

  /** The chip under the name of a driver; only the mock shows levels without a request. */
  #board(driver: Board['driver']): Board {
    const { chip } = this
    const level = driver === 'mock' ? { level: (line: number) => chip.level(line) } : {}
    return {
      ...level,
      driver,
      description: chip.description.replace('simulated ', ''),
      capabilities: chip.capabilities,
      lineCount: chip.lineCount,
      now: () => chip.now(),
      findLine: name => {
        const other = parseChipLine(name)
        const refusal = this.#options.chips?.[other?.chip ?? 0]
        if (refusal !== undefined) throw refusal
        return other === undefined ? chip.findLine(name) : numberOfChipLine(other)
      },
      lineInfo: line => ({ ...chip.lineInfo(simulated(line)), line, ...this.#options.info?.[line] }),
      request: async request => {
        this.requested.push(...request.lines)
        return await chip.request({ ...request, lines: request.lines.map(simulated) })
      },
      close: async () => {
        this.closed++
      },
    }
  }
}

/** The line of the simulated chip behind a line: those of other chips are from 40 on. */
function simulated(line: number): number {
  const other = chipLineOf(line)
  return other === undefined ? line : 40 + other.offset
}

/** The errors of drivers on machines that have none. */
export const NO_CHIP = new PiWorkerError('ERR_DRIVER_MISSING', 'there is no /dev/gpiochip*', {
  remedy: 'Run it on a Raspberry Pi, or use --driver mock.',
})
export const NO_SYSFS = new PiWorkerError('ERR_DRIVER_MISSING', 'there is no /sys/class/gpio', {
  remedy: 'Use --driver gpiochip on a Raspberry Pi, or --driver mock elsewhere.',
})
