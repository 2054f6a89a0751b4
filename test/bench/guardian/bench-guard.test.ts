import { Type } from 'typebox'
import { beforeEach, describe, expect, it } from 'vitest'
import { MockBoard } from '../../../mocks/board.js'
import { type AnyDefinition, definePeripheral } from '../../../src/bench/definition.js'
import { BenchGuard, type GuardianChoice } from '../../../src/bench/guardian/bench-guard.js'
import type { Outputs } from '../../../src/bench/outputs.js'
import { Line } from '../../../src/bench/schema.js'
import { stopLine } from '../../../src/bench/stop/stop-line.js'
import type { WorkerEvent } from '../../../src/worker/events.js'
import { sleep } from '../../../src/worker/sleep.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'
import { Worker } from '../../../src/worker/worker.js'
import { tempFolder } from '../../drivers/temp-folder.js'
import { failureOf } from '../setup.js'
import { guardable } from './board.js'
import { FakeLink, turn } from './world.js'

const OUTPUT = { direction: 'output' } as const
const INPUT = { direction: 'input' } as const

/** A type that acts, and says of its outputs what the test wants; nothing without. */
function acting(outputs?: (config: { line: number }) => Outputs): AnyDefinition {
  const options = {
    type: 'pump',
    title: 'Pump',
    config: Type.Object({ line: Line() }),
    open: () => ({}),
    actions: { on: { title: 'On', effect: 'idempotent', run: () => undefined } },
    safe: () => undefined,
  } as const
  return outputs === undefined ? definePeripheral(options) : definePeripheral({ ...options, outputs })
}
const lowIsSafe = ({ line }: { line: number }): Outputs => ({
  lines: [{ line, safe: 'low', activeLow: false, load: true }],
})

let clock: VirtualClock
let worker: Worker
let board: ReturnType<typeof guardable<MockBoard>>
let links: FakeLink[]
let events: WorkerEvent[]
/** What no guardian accepts. */
let unacceptable: string
/** Called with each guardian that is started. */
let onStart: (link: FakeLink) => void
beforeEach(() => {
  clock = new VirtualClock()
  worker = new Worker({ clock })
  board = guardable(new MockBoard({ clock }), { folder: tempFolder() })
  links = []
  unacceptable = ''
  onStart = () => undefined
  events = []
  worker.listen(event => events.push(event))
})

interface Prepared {
  readonly definition?: AnyDefinition
  readonly config?: Record<string, unknown>
  readonly choice?: boolean | GuardianChoice | undefined
  /** Configuration of a stop line. */
  readonly stop?: Record<string, unknown>
}

function prepare({ definition = acting(lowIsSafe), config = {}, stop, ...rest }: Prepared = {}): Promise<BenchGuard> {
  const button = stop === undefined ? [] : [{ name: 'stop', definition: stopLine as AnyDefinition, config: stop }]
  return BenchGuard.prepare({
    choice: 'choice' in rest ? rest.choice : true,
    board,
    peripherals: [...button, { name: 'pump', definition, config: { line: 17, ...config } }],
    worker,
    start: fds => {
      const link = new FakeLink(clock, 900 + links.length, fds)
      link.world.unacceptable.add(unacceptable)
      links.push(link)
      onStart(link)
      return link
    },
    folder: '/nowhere',
  })
}

const guardedBy = (link: FakeLink | undefined) => link?.duty.status().items.map(({ what, hold }) => `${what} ${hold}`)

describe('a bench with a guardian', () => {
  it('has the lines guarded that its definitions say are driven', async () => {
    const guard = await prepare()
    await guard.lines.request({ lines: [17], settings: OUTPUT })
    await guard.begin()
    expect(guardedBy(links[0])).toEqual(['pump: GPIO17 low exit'])
    expect(guard.pid).toBe(900)
  })

  it('starts none when nothing is driven', async () => {
    const guard = await prepare({ definition: acting(() => ({ lines: [] })) })
    await guard.lines.request({ lines: [17], settings: INPUT })
    await guard.begin()
    await guard.end()
    expect([links, guard.pid]).toEqual([[], undefined])
  })

  it('has channels of the PWM hardware and messages on buses guarded too', async () => {
    const outputs: Outputs = {
      lines: [],
      pwm: [{ chip: 0, channel: 1, duty: 0.075 }],
      i2c: [{ bus: 1, address: 0x40, bytes: [0xfd, 0x10] }],
    }
    const guard = await prepare({ definition: acting(() => outputs) })
    await guard.begin()
    expect(guardedBy(links[0])).toEqual(['pump: pwmchip0 channel 1 duty 0.075 exit', 'pump: i2c-1 0x40 exit'])
    const [first] = links[0]?.said ?? []
    expect(first?.type === 'guard' && first.items.map(({ handover }) => handover)).toEqual([
      { kind: 'pwm', folder: '/sys/class/pwm/pwmchip0', channel: 1, duty: 0.075 },
      { kind: 'i2c', bus: 1, address: 0x40, bytes: [0xfd, 0x10] },
    ])
  })

  it('has a line guarded before whoever requests it later can drive it', async () => {
    const guard = await prepare()
    await guard.begin()
    await guard.lines.request({ lines: [17], settings: OUTPUT })
    expect(guardedBy(links[0])).toEqual(['pump: GPIO17 low exit'])
  })

  it('does not get a line that cannot be guarded, and lets it go', async () => {
    const guard = await prepare()
    await guard.begin()
    const { request } = board
    board.request = async asked => {
      const handle = await request(asked)
      return Object.assign(handle, { handover: () => ({ kind: 'line', fd: 30, calls: [] }) })
    }
    unacceptable = 'line 4'
    expect(await failureOf(guard.lines.request({ lines: [17], settings: OUTPUT }))).toMatchObject({
      code: 'ERR_GUARDIAN',
      message: 'the guardian cannot guard pump: GPIO17 low: EBADF',
    })
    expect(board.happened).toEqual(['request 17', 'release 17'])
  })

  it('tells the guardian before a line is let go, and asks for it again only afterwards', async () => {
    const guard = await prepare()
    const handle = await guard.lines.request({ lines: [17], settings: OUTPUT })
    await guard.begin()
    handle.release()
    expect(links[0]?.said.at(-1)).toMatchObject({ type: 'drop' })
    await guard.lines.request({ lines: [17], settings: OUTPUT })
    expect(board.happened).toEqual(['request 17', 'release 17', 'request 17'])
    expect(guardedBy(links[1])).toEqual(['pump: GPIO17 low exit'])
  })

  it('leaves to the guardian what is to be held, and lets the rest go', async () => {
    const guard = await prepare({ config: { hold: 'forever' } })
    const handle = await guard.lines.request({ lines: [17], settings: OUTPUT })
    const other = await guard.lines.request({ lines: [4], settings: INPUT })
    await guard.begin()
    await guard.end()
    handle.release()
    other.release()
    expect(board.happened.slice(2)).toEqual(['leave 17', 'release 4'])
  })

  it('reads, sets, configures, plays and hears edges through the handle as through the board’s own', async () => {
    const guard = await prepare()
    const handle = await guard.lines.request({ lines: [17], settings: OUTPUT })
    handle.set(1)
    expect([handle.get(), handle.settings, handle.lines]).toEqual([1, OUTPUT, [17]])
    expect(await handle.play({ steps: [{ values: 0, ns: 5 }] })).toMatchObject({ requestedNs: 5 })
    expect(handle.pwm?.(17, { frequency: 50, duty: 0 })).toMatchObject({ duty: 0 })
    handle.reconfigure(INPUT)
    expect(handle.settings).toEqual(INPUT)
    handle.edges(() => undefined)()
    handle.release()
    handle.release()
    expect(board.happened).toEqual(['request 17', 'release 17'])
  })
})

describe('a stop line', () => {
  /** With the pump. The button closes to ground: it is open when it is high. */
  async function begun() {
    const guard = await prepare({ stop: { line: 5, bias: 'pull-up', open: 'high', debounce: 30 } })
    const handle = await guard.lines.request({ lines: [5], settings: INPUT })
    await guard.lines.request({ lines: [17], settings: OUTPUT })
    onStart = link => link.world.levels.set('nothing', 'low')
    await guard.begin()
    const stops: string[] = []
    guard.attach((reason, by) => stops.push(`${by}: ${reason}`))
    const open = async (): Promise<void> => {
      links.at(-1)?.world.levels.set('nothing', 'high')
      await sleep(clock, 100)
    }
    return { handle, stops, open }
  }

  it('is watched by the guardian too, which stops the bench when its program does not', async () => {
    const { stops, open } = await begun()
    const [first] = links[0]?.said ?? []
    expect(first?.type === 'guard' && first.items.find(({ watch }) => watch !== undefined)).toMatchObject({
      what: 'the stop line GPIO5',
      hold: 'exit',
      watch: { open: 'high', debounceNs: 30e6 },
    })
    await open()
    expect(stops).toEqual(['the stop line: the stop line GPIO5 opened'])
  })

  it('stops a bench once that has stopped by itself, and again after its reset', async () => {
    const { stops, open } = await begun()
    worker.tell({ type: 'stop', reason: 'the stop line GPIO5 opened', by: 'the stop line' })
    await open()
    expect([stops, links[0]?.words.at(-1)]).toEqual([[], 'stopped'])
    links[0]?.world.levels.set('nothing', 'low')
    await sleep(clock, 100)
    worker.tell({ type: 'stopReset', acknowledge: 'Ann', by: 'Ann' })
    await open()
    expect(stops).toHaveLength(1)
  })

  it('is dropped by the guardian before it is let go', async () => {
    const { handle } = await begun()
    handle.release()
    expect(links[0]?.words.at(-1)).toBe('drop')
  })

  it('that no other process can read is watched by its program alone', async () => {
    const { request } = board
    board.request = async asked => {
      const handle = await request(asked)
      return asked.lines[0] === 5 ? Object.assign(handle, { handover: undefined }) : handle
    }
    await begun()
    expect(guardedBy(links[0])).toEqual(['pump: GPIO17 low exit'])
  })
})

describe('a guardian is wanted', () => {
  it('by default on real drivers', async () => {
    Object.assign(board, { driver: 'onoff' })
    const guard = await prepare({ choice: undefined })
    await guard.lines.request({ lines: [17], settings: OUTPUT })
    await guard.begin()
    expect(links).toHaveLength(1)
  })

  it('by default not on the mock, whose own board is used as it is', async () => {
    expect((await prepare({ choice: undefined })).lines).toBe(board)
  })

  it('not where it is refused', async () => {
    Object.assign(board, { driver: 'onoff' })
    expect((await prepare({ choice: false })).lines).toBe(board)
  })
})

describe('is refused', () => {
  it('a guardian for lines that only this process can reach', async () => {
    const guard = await prepare()
    const { request } = board
    board.request = async asked => Object.assign(await request(asked), { handover: undefined })
    expect(await failureOf(guard.lines.request({ lines: [17], settings: OUTPUT }))).toMatchObject({
      code: 'ERR_GUARDIAN',
      place: 'GPIO17',
      remedy: expect.stringContaining('guardian: false'),
    })
    expect(board.happened.at(-1)).toBe('release 17')
  })

  it('a definition that drives a line whose safe state it does not tell', async () => {
    const guard = await prepare({ definition: acting() })
    expect(await failureOf(guard.lines.request({ lines: [17], settings: OUTPUT }))).toMatchObject({
      code: 'ERR_GUARDIAN',
      place: 'pump',
      message: 'the safe state of pump (pump) is no data, so no guardian can make it',
    })
    const handle = await guard.lines.request({ lines: [17], settings: INPUT })
    expect(() => handle.reconfigure(OUTPUT)).toThrow('the safe state of pump (pump) is no data')
    expect(handle.settings).toEqual(INPUT)
  })

  it('a definition that acts without any line, and tells nothing', async () => {
    const chip = definePeripheral({
      type: 'chip',
      title: 'Chip',
      config: Type.Object({}),
      open: () => ({}),
      actions: { on: { title: 'On', effect: 'pulse', run: () => undefined } },
      safe: () => undefined,
    })
    expect(await failureOf(prepare({ definition: chip }))).toMatchObject({
      code: 'ERR_GUARDIAN',
      place: 'pump',
      remedy: expect.stringContaining('outputs'),
    })
  })

  it('a hold without a guardian', async () => {
    Object.assign(board, { driver: 'onoff' })
    expect(await failureOf(prepare({ choice: false, config: { hold: 5000 } }))).toMatchObject({
      code: 'ERR_GUARDIAN',
      place: 'pump',
      remedy: expect.stringContaining('hold: exit'),
    })
  })

  it('a hold of PWM, which ends with the program', async () => {
    const definition = acting(() => ({ lines: [], pwm: [{ chip: 0, channel: 0, duty: 0.5 }] }))
    expect(await failureOf(prepare({ definition, config: { hold: 'forever' } }))).toMatchObject({
      code: 'ERR_GUARDIAN',
      message: 'pump cannot be held after the end: pwmchip0 channel 0 ends with the program',
    })
  })

  it.each([
    [{ leaseMs: 0 }, 'guardian.leaseMs must be a number of ms from 100 to 3600000, not 0'],
    [{ leaseMs: Number.NaN }, 'guardian.leaseMs must be a number of ms from 100 to 3600000, not NaN'],
    [{ leaseMs: '2s' }, 'guardian.leaseMs must be a number of ms from 100 to 3600000, not 2s'],
    [{ whenGuardianDies: 'panic' }, "guardian.whenGuardianDies must be 'restart' or 'safe', not panic"],
    ['yes', 'guardian must be true, false or { leaseMs, whenGuardianDies }, not yes'],
    [null, 'guardian must be true, false or { leaseMs, whenGuardianDies }, not null'],
  ])('the option %o', async (choice, message) => {
    expect(await failureOf(prepare({ choice: choice as never }))).toMatchObject({ code: 'ERR_BAD_OPTION', message })
  })
})

describe('when the guardian is gone', () => {
  async function begun(choice: true | GuardianChoice) {
    const guard = await prepare({ choice })
    await guard.lines.request({ lines: [17], settings: OUTPUT })
    await guard.begin()
    return guard
  }

  it('an event says so at once, and another one when another one guards', async () => {
    await begun(true)
    links[0]?.end('it ended with SIGKILL')
    expect(events).toMatchObject([
      { type: 'guardian', state: 'gone', pid: null, error: 'the guardian is gone: it ended with SIGKILL' },
    ])
    await turn()
    expect(events.slice(1)).toMatchObject([
      { type: 'guardian', state: 'restarted', pid: 901, error: 'the guardian is gone: it ended with SIGKILL' },
    ])
  })

  it('the bench is stopped where that is declared, and goes on only with another one', async () => {
    const guard = await begun({ whenGuardianDies: 'safe' })
    const stops: string[] = []
    guard.attach((reason, by) => stops.push(`${by}: ${reason}`))
    links[0]?.end('it ended with SIGKILL')
    expect(events).toMatchObject([{ type: 'guardian', state: 'gone', pid: null }])
    expect(stops).toEqual(['the guard of the guardian: the guardian is gone: it ended with SIGKILL'])
    await guard.ensure()
    expect([guard.pid, links.length]).toEqual([901, 2])
    await guard.ensure()
    expect(links).toHaveLength(2)
  })

  it('and the bench is not open yet, it is stopped as soon as it is', async () => {
    const guard = await begun({ whenGuardianDies: 'safe' })
    links[0]?.end('it ended with SIGKILL')
    const stops: string[] = []
    guard.attach(reason => stops.push(reason))
    expect(stops).toEqual(['the guardian is gone: it ended with SIGKILL'])
  })

  it('somebody who stopped the bench through it has stopped it', async () => {
    const guard = await begun(true)
    const stops: string[] = []
    guard.attach((reason, by) => stops.push(`${by}: ${reason}`))
    links[0]?.duty.stop('fire')
    await turn()
    expect(stops).toEqual(['the guardian: fire'])
  })
})
