/** The choice of a driver: the first that can be used and has what is needed, or why there is none. */

import { describe, expect, it } from 'vitest'
import { type Candidate, candidates as realDrivers } from '../../drivers/candidates.js'
import type { Needs } from '../../drivers/capabilities.js'
import { type OpenBoardOptions, openBoard } from '../../drivers/detect.js'
import type { Board, Capabilities, Driver, DriverName } from '../../drivers/driver.js'
import { MockBoard } from '../../mocks/board.js'
import { PiWorkerError } from '../../src/errors.js'
import { VirtualClock } from '../../src/worker/virtual-clock.js'
import { ManualClock } from '../mocks/setup.js'

const ABLE: Capabilities = {
  edgeTimestamps: 'kernel-ns',
  bias: ['as-is', 'pull-up'],
  drive: ['push-pull'],
  debounce: 'kernel',
  atomic: true,
  pulses: 'software',
  pwm: [],
  shortestPulseNs: 10_000,
  edgeDelayNs: 20e6,
}
const MODEST: Capabilities = { ...ABLE, edgeTimestamps: 'none', bias: ['as-is'], atomic: false }

/** A driver whose boards are like `capabilities`, or that refuses. */
class FakeDriver implements Driver, Candidate {
  readonly name: DriverName
  readonly capabilities: Capabilities | undefined
  readonly #refusal: PiWorkerError | Error | undefined
  readonly #own: Capabilities
  loaded = 0
  readonly boards: (Board & { closed: boolean })[] = []

  constructor(name: DriverName, own: Capabilities, refusal?: Error, told: Capabilities | undefined = own) {
    this.name = name
    this.#own = own
    this.#refusal = refusal
    this.capabilities = told
  }

  async load(): Promise<Driver> {
    this.loaded++
    return this
  }

  async open(): Promise<Board> {
    if (this.#refusal !== undefined) throw this.#refusal
    const { name } = this
    const mock = new MockBoard({ clock: new ManualClock() })
    const board = Object.assign(Object.create(mock), {
      driver: name,
      description: `the chip of ${name}`,
      capabilities: this.#own,
      closed: false,
      close: async () => {
        board.closed = true
      },
    })
    this.boards.push(board)
    return board
  }
}

const permission = new PiWorkerError('ERR_PERMISSION', 'pi may not open /dev/gpiochip0, which belongs to group gpio', {
  remedy: 'Join the group with: sudo usermod -aG gpio pi; then log in again.',
})
const noPackage = new PiWorkerError('ERR_DRIVER_MISSING', 'the package onoff is not installed', {
  remedy: 'Install it: npm install onoff',
  details: { package: 'onoff' },
})
const noChip = new PiWorkerError('ERR_DRIVER_MISSING', 'there is no /dev/gpiochip*', {
  remedy: 'Run it on a Raspberry Pi, or use --driver mock.',
})

const open = (candidates: readonly Candidate[], options: Omit<OpenBoardOptions, 'clock'> = {}) =>
  openBoard({ clock: new ManualClock(), ...options }, candidates)

describe('auto', () => {
  it('takes the first driver that opens, loads no other, and says why', async () => {
    const gpiochip = new FakeDriver('gpiochip', ABLE)
    const onoff = new FakeDriver('onoff', MODEST)
    const { board, choice } = await open([gpiochip, onoff])
    expect(board.driver).toBe('gpiochip')
    expect(choice).toBe('gpiochip on the chip of gpiochip: the first choice, and it can be used here')
    expect(onoff.loaded).toBe(0)
  })

  it('takes the next one when the first cannot be used, and says what was in the way', async () => {
    const { board, choice } = await open([new FakeDriver('gpiochip', ABLE, noChip), new FakeDriver('onoff', MODEST)])
    expect(board.driver).toBe('onoff')
    expect(choice).toContain('gpiochip cannot be used (there is no /dev/gpiochip*)')
  })

  it('passes over a driver that lacks what is needed, without opening it', async () => {
    const modest = new FakeDriver('onoff', MODEST)
    const { board } = await open([modest, new FakeDriver('gpiochip', ABLE)], { needs: { bias: 'pull-up' } })
    expect(board.driver).toBe('gpiochip')
    expect(modest.boards).toEqual([])
  })

  it('closes a board that turns out to lack what is needed', async () => {
    const surprising = new FakeDriver('onoff', MODEST, undefined, ABLE)
    await expect(open([surprising], { needs: { atomic: true } })).rejects.toMatchObject({ code: 'ERR_NO_DRIVER' })
    expect(surprising.boards.map(board => board.closed)).toEqual([true])
  })

  it('gives up on an error that is not one of ours, which is a bug', async () => {
    const bug = new TypeError('undefined is not a function')
    await expect(open([new FakeDriver('gpiochip', ABLE, bug), new FakeDriver('onoff', MODEST)])).rejects.toBe(bug)
  })

  it('has gpiochip, pigpio and onoff to choose from, in that order, and never the mock', () => {
    expect(realDrivers.map(driver => driver.name)).toEqual(['gpiochip', 'pigpio', 'onoff'])
  })
})

describe('the error when no driver can be used', () => {
  const failure = async (refusals: Readonly<Record<string, PiWorkerError>>, needs: Needs = {}) => {
    const drivers = Object.entries(refusals).map(
      ([name, error]) => new FakeDriver(name as DriverName, name === 'onoff' ? MODEST : ABLE, error),
    )
    return open(drivers, { needs }).catch((error: unknown) => error as PiWorkerError)
  }

  it('lists every driver with its reason, for people and for programs', async () => {
    const error = await failure({ gpiochip: noChip, onoff: noPackage })
    expect(error).toMatchObject({
      code: 'ERR_NO_DRIVER',
      message: expect.stringMatching(/gpiochip: there is no .*\n.*onoff: the package onoff is not installed/),
      details: {
        reasons: [
          { driver: 'gpiochip', code: 'ERR_DRIVER_MISSING', message: noChip.message, remedy: noChip.remedy },
          { driver: 'onoff', code: 'ERR_DRIVER_MISSING', message: noPackage.message, remedy: noPackage.remedy },
        ],
      },
    })
  })

  it('gives the remedy of the reason that is easiest to mend, and names its driver', async () => {
    expect(await failure({ gpiochip: noChip, onoff: noPackage })).toMatchObject({
      remedy: 'To use onoff: Install it: npm install onoff',
    })
    expect(await failure({ onoff: noPackage, gpiochip: permission })).toMatchObject({
      remedy: `To use gpiochip: ${permission.remedy}`,
      cause: permission,
    })
  })

  it('names each peripheral with its need, and no driver that has just been refused for good', async () => {
    const neededBy = new Map<string, Needs>([
      ['servo', { pwm: true }],
      ['button', { bias: 'pull-up' }],
      ['lamp', {}],
    ])
    const pi5 = new PiWorkerError('ERR_UNSUPPORTED', 'pigpio cannot reach a Pi 5', {
      remedy: 'Use --driver gpiochip on this machine.',
    })
    const candidates = [
      new FakeDriver('gpiochip', ABLE),
      new FakeDriver('pigpio', { ...ABLE, pwm: ['dma'] }, pi5),
      new FakeDriver('onoff', MODEST),
    ]
    await expect(open(candidates, { neededBy })).rejects.toMatchObject({
      code: 'ERR_NO_DRIVER',
      place: 'servo',
      message: expect.stringMatching(
        /gpiochip: servo needs PWM, which gpiochip cannot do.*\n.*onoff: servo needs PWM; button needs bias pull-up, which onoff/s,
      ),
      remedy: 'Ask for less: no driver has all of this on this machine.',
      details: { reasons: [{ driver: 'gpiochip', place: 'servo' }, {}, { driver: 'onoff', place: 'servo, button' }] },
    })
  })

  it('names the driver that would do for the peripheral, and how that is had', async () => {
    const missing = new PiWorkerError('ERR_DRIVER_MISSING', 'the package pigpio is not installed', {
      remedy: 'Install it: npm install pigpio; or use --driver gpiochip.',
      details: { package: 'pigpio', mend: 'Install it: npm install pigpio' },
    })
    const candidates = [new FakeDriver('gpiochip', ABLE), new FakeDriver('pigpio', { ...ABLE, pwm: ['dma'] }, missing)]
    await expect(open(candidates, { neededBy: new Map([['servo', { pwm: true }]]) })).rejects.toMatchObject({
      message: expect.stringContaining('servo needs PWM, which gpiochip cannot do'),
      remedy: 'To use pigpio: Install it: npm install pigpio',
    })
  })

  it('sends nobody to a driver that the processor cannot run', async () => {
    const armv6: Candidate = {
      name: 'gpiochip',
      runsHere: () => false,
      load: async () => new FakeDriver('gpiochip', ABLE),
    }
    const candidates = [armv6, new FakeDriver('onoff', MODEST)]
    await expect(open(candidates, { driver: 'onoff', needs: { bias: 'pull-up' } })).rejects.toMatchObject({
      remedy: expect.stringContaining('no driver'),
      details: { able: [] },
    })
  })

  it('sends whoever has no lines at all to a Pi or to the mock', async () => {
    const virtual = new PiWorkerError('ERR_UNSUPPORTED', 'it needs Linux', { remedy: 'Use --driver mock.' })
    expect(await failure({ onoff: virtual, gpiochip: noChip })).toMatchObject({ remedy: noChip.remedy })
  })

  it('names the need that keeps a driver out', async () => {
    const gone = new PiWorkerError('ERR_UNKNOWN_CHIP', 'none is a header')
    expect(await failure({ gpiochip: gone, onoff: gone }, { bias: 'pull-up' })).toMatchObject({
      message: expect.stringContaining('onoff: the onoff driver lacks what is needed: bias pull-up'),
    })
  })
})

describe('a driver that is named', () => {
  it('is taken, whatever else there is', async () => {
    const { board, choice } = await open([new FakeDriver('gpiochip', ABLE), new FakeDriver('onoff', MODEST)], {
      driver: 'onoff',
    })
    expect([board.driver, choice]).toEqual(['onoff', 'onoff on the chip of onoff: it was asked for'])
  })

  it('that cannot be used is refused with its own reason, and no other is tried', async () => {
    const onoff = new FakeDriver('onoff', MODEST)
    await expect(open([new FakeDriver('gpiochip', ABLE, permission), onoff], { driver: 'gpiochip' })).rejects.toBe(
      permission,
    )
    expect(onoff.loaded).toBe(0)
  })

  it('that lacks a need is refused with the need and the driver that would do', async () => {
    const candidates = [new FakeDriver('gpiochip', ABLE), new FakeDriver('onoff', MODEST)]
    await expect(open(candidates, { driver: 'onoff', needs: { bias: 'pull-up' } })).rejects.toMatchObject({
      code: 'ERR_UNSUPPORTED',
      message: 'the onoff driver lacks what is needed: bias pull-up',
      remedy: 'Use --driver gpiochip.',
      details: { driver: 'onoff', lacking: ['bias pull-up'], able: ['gpiochip'] },
    })
  })

  it('that lacks what no driver has is refused without sending anybody on', async () => {
    const candidates = [new FakeDriver('gpiochip', ABLE), new FakeDriver('onoff', MODEST)]
    await expect(open(candidates, { driver: 'onoff', needs: { drive: 'open-drain' } })).rejects.toMatchObject({
      remedy: 'Ask for less: no driver has all of this on this machine.',
    })
  })

  it('may be the mock, under a virtual clock too', async () => {
    const { board, choice } = await openBoard({ clock: new VirtualClock(), driver: 'mock' })
    expect(board.driver).toBe('mock')
    expect(choice).toContain('mock')
    await board.close()
  })

  it('but does not exist is refused with those that do', async () => {
    await expect(open([], { driver: 'moc' as DriverName })).rejects.toMatchObject({
      code: 'ERR_BAD_OPTION',
      message: expect.stringContaining('auto, mock'),
      remedy: expect.stringContaining('mock'),
    })
  })
})

describe('a driver that is given as an object', () => {
  it('is opened with the same options', async () => {
    const own = new FakeDriver('mock', ABLE)
    const { board, choice } = await open([], { driver: own })
    expect(board).toBe(own.boards[0])
    expect(choice).toContain('given')
  })

  it('has to have what is needed', async () => {
    const own = new FakeDriver('mock', MODEST)
    await expect(open([], { driver: own, needs: { atomic: true } })).rejects.toMatchObject({ code: 'ERR_UNSUPPORTED' })
  })
})

describe('opening', () => {
  it('holds a virtual clock until the board is open', async () => {
    const clock = new VirtualClock()
    let fired = false
    clock.after(1, () => {
      fired = true
    })
    const slow: Driver = {
      name: 'mock',
      open: async () => {
        for (let turn = 0; turn < 20; turn++) await new Promise(resolve => setImmediate(resolve))
        expect(fired).toBe(false)
        return new MockBoard({ clock })
      },
    }
    const { board } = await openBoard({ clock, driver: slow })
    expect(clock.now()).toBe(0)
    await board.close()
  })
})
