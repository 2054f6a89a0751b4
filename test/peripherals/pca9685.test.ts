import { describe, expect, it } from 'vitest'
import type { Driver } from '../../drivers/driver.js'
import type { MockBoard } from '../../mocks/board.js'
import type { MockI2cDevice } from '../../mocks/buses/i2c-device.js'
import { mockDriver } from '../../mocks/driver.js'
import type { Pca9685Part, PwmChannel } from '../../mocks/parts/pca9685.js'
import { pca9685 } from '../../src/peripherals/pca9685.js'
import { failureOf, openMockBench, refusalOf } from '../bench/setup.js'

const ADDRESS = 0x40

async function open(config: Parameters<typeof pca9685>[0] = {}, faults: readonly unknown[] = []) {
  const opened = await openMockBench({ arm: pca9685(config) }, { simulate: { arm: { faults } } })
  return { ...opened, part: opened.board.part('arm') as Pca9685Part }
}

function i2c(board: MockBoard) {
  return board.buses.i2c(1)
}

function outputs(part: Pca9685Part): PwmChannel[] {
  return Array.from({ length: 16 }, (_, channel) => part.output(channel))
}

/** How long each channel is on, in µs. */
function widths(part: Pca9685Part): number[] {
  return outputs(part).map(({ highNs }) => Math.round(highNs / 1000))
}

const ALL_OFF = new Array<number>(16).fill(0)
const only = (channel: number, width: number): number[] => ALL_OFF.with(channel, width)

describe('a PCA9685', () => {
  it('opens with all channels off, at its frequency', async () => {
    const { part } = await open()
    expect(widths(part)).toEqual(ALL_OFF)
    // 25 MHz / 4096 / 122
    expect(part.output(0).periodNs).toBe(19_988_480)
  })

  it('opens with all channels off whatever ran before', async () => {
    const before: number[][] = []
    const driver: Driver = {
      name: 'mock',
      open: async options => {
        const board = (await mockDriver.open(options)) as MockBoard
        const part = board.part('arm') as Pca9685Part
        // What another program left: awake at 200 Hz, channel 3 half on, channel 4 on throughout.
        for (const bytes of [
          [0xfe, 30],
          [0, 0x21],
          [0x12, 0, 0, 0, 8],
          [0x16, 0, 0x10, 0, 0],
        ])
          part.write(Uint8Array.from(bytes))
        before.push(widths(part))
        return board
      },
    }
    const { board } = await openMockBench({ arm: pca9685({}) }, { driver })
    expect(before).toEqual([only(3, 2540).with(4, 5079)])
    const part = board.part('arm') as Pca9685Part
    expect(widths(part)).toEqual(ALL_OFF)
    expect(part.output(0).periodNs).toBe(19_988_480)
  })

  it.each([
    [24, 253],
    [50, 121],
    [60, 101],
    [200, 30],
    [1000, 5],
    [1526, 3],
  ])(
    "sets the prescaler of the data sheet's equation for %d Hz, while the oscillator is off",
    async (frequency, prescale) => {
      const { board } = await open({ frequency })
      const writes = i2c(board).log.map(({ message }) => message)
      const at = writes.findIndex(message => message.kind === 'writeByte' && message.register === 0xfe)
      expect(writes[at]).toEqual({ kind: 'writeByte', register: 0xfe, value: prescale })
      expect(writes[at - 1]).toMatchObject({ register: 0, value: 0x30 })
    },
  )

  it.each([
    [0, 0],
    [0.25, 4997],
    [0.5, 9994],
    [1, 19_988],
  ])('puts out a duty of %d on one channel and on no other', async (duty, width) => {
    const { bench, part } = await open()
    const state = await bench.arm.set({ channel: 7, duty }).result()
    expect(widths(part)).toEqual(only(7, width))
    expect(state).toMatchObject({ channel: 7, duty, restarted: false })
    expect(state.pulseWidth).toBeCloseTo(width / 1000, 2)
  })

  it('gives a servo its pulse, to a step of 4.88 µs', async () => {
    const { bench, part } = await open()
    const { pulseWidth } = await bench.arm.servo({ channel: 0, pulseWidth: '1500us' }).result()
    expect(Math.abs(part.output(0).highNs - 1.5e6)).toBeLessThan(2440)
    expect(pulseWidth * 1e6).toBeCloseTo(part.output(0).highNs, -1)
  })

  it('makes the same pulse with an oscillator that was measured', async () => {
    const { bench, part } = await open({ oscillator: 26_500_000 })
    await bench.arm.servo({ channel: 0, pulseWidth: 1.2 }).result()
    expect(Math.abs(part.output(0).highNs - 1.2e6)).toBeLessThan(2440)
  })

  it('keeps the channels apart', async () => {
    const { bench, part } = await open()
    for (let channel = 0; channel < 16; channel++) {
      await bench.arm.servo({ channel, pulseWidth: 1 + channel / 16 }).result()
    }
    const wanted = Array.from({ length: 16 }, (_, channel) => 1000 + channel * 62.5)
    for (const [channel, width] of widths(part).entries()) expect(Math.abs(width - wanted[channel]!)).toBeLessThan(4)
    await bench.arm.off({ channel: 4 }).result()
    expect(widths(part)[4]).toBe(0)
    expect(widths(part).filter(width => width > 0)).toHaveLength(15)
    await bench.arm.allOff().result()
    expect(widths(part)).toEqual(ALL_OFF)
  })

  it('says what the channels do, as the chip has it', async () => {
    const { bench } = await open({ frequency: 100 })
    await bench.arm.set({ channel: 2, duty: 0.75 }).result()
    const { frequency, channels } = await bench.arm.state().result()
    expect(frequency).toBeCloseTo(100.06, 2)
    expect(channels.map(({ duty }) => duty)).toEqual(only(2, 0.75))
  })

  it('inverts its outputs, and lets them float, when it is told to', async () => {
    const { bench, part, board } = await open({ inverted: true, drive: 'open-drain' })
    expect(part.output(0).highNs).toBe(part.output(0).periodNs)
    await bench.arm.set({ channel: 0, duty: 0.25 }).result()
    expect(part.output(0).highNs / part.output(0).periodNs).toBeCloseTo(0.75, 6)
    expect(i2c(board).log.map(({ message }) => message)).toContainEqual({ kind: 'writeByte', register: 1, value: 0x10 })
  })

  it('is off when the bench was closed, and while a task that was cancelled is over', async () => {
    const { bench, part, clock } = await open()
    await bench.arm.set({ channel: 1, duty: 0.5 }).result()
    const task = bench.arm.set({ channel: 2, duty: 0.5 })
    clock.after(1e6, () => task.cancel())
    await expect(task.result()).rejects.toMatchObject({ code: 'ERR_CANCELLED' })
    expect(widths(part)).toEqual(ALL_OFF)
    await bench.arm.set({ channel: 1, duty: 0.5 }).result()
    await bench.close()
    expect(widths(part)).toEqual(ALL_OFF)
  })

  it('can be cancelled at any moment, and does what it is told next', async () => {
    const { bench, part, clock } = await open()
    for (let moment = 0; moment < 30; moment++) {
      const task = bench.arm.set({ channel: 5, duty: 0.5 })
      clock.after(moment * 0.3e6, () => task.cancel())
      await task.result().catch((error: { code: string }) => expect(error.code).toBe('ERR_CANCELLED'))
      await bench.arm.set({ channel: 6, duty: 0.25 }).result()
      expect(widths(part)[6]).toBe(4997)
      await bench.arm.allOff().result()
    }
  })
})

describe('a PCA9685 in trouble', () => {
  it('refuses to open when nothing answers', async () => {
    const error = await failureOf(open({}, [{ kind: 'unplugged' }]))
    expect(error).toMatchObject({ code: 'ERR_NO_DEVICE' })
    expect(error.message).toContain('i2c-1 0x40')
  })

  it('is set up anew after it lost its supply, says so, and leaves the other channels off', async () => {
    const { bench, part } = await open()
    await bench.arm.set({ channel: 1, duty: 0.5 }).result()
    part.reset()
    expect(widths(part)).toEqual(ALL_OFF)
    expect(await bench.arm.set({ channel: 2, duty: 0.5 }).result()).toMatchObject({ restarted: true })
    expect(widths(part)).toEqual(only(2, 9994))
    expect(await bench.arm.set({ channel: 1, duty: 0.5 }).result()).toMatchObject({ restarted: false })
  })

  it('ends not safe when it is unplugged, and works when it is plugged in and reset', async () => {
    const { bench, board, part } = await open()
    await bench.arm.set({ channel: 1, duty: 0.5 }).result()
    i2c(board).detach(ADDRESS)
    const error = await failureOf(bench.arm.set({ channel: 2, duty: 0.5 }).result())
    expect(error.code).toBe('ERR_NOT_SAFE')
    expect(error.message).toContain('off')
    i2c(board).attach(ADDRESS, part as unknown as MockI2cDevice)
    await bench.arm.queue.reset()
    expect(widths(part)).toEqual(ALL_OFF)
    await bench.arm.set({ channel: 2, duty: 0.5 }).result()
    expect(widths(part)).toEqual(only(2, 9994))
  })

  it('goes on after a message that was not acknowledged', async () => {
    const { bench, board, part } = await open()
    i2c(board).nackAt(ADDRESS, 1)
    await bench.arm.set({ channel: 2, duty: 0.5 }).result()
    expect(widths(part)).toEqual(only(2, 9994))
  })

  it('ends not safe when a channel does not switch off', async () => {
    const { bench, board } = await open()
    const stuck = new Uint8Array(256)
    stuck.set([0x20, 0x04])
    stuck[0xfe] = 121
    let pointer = 0
    i2c(board).attach(ADDRESS, {
      write: ([register = 0]) => {
        pointer = register
        return true
      },
      read: length => stuck.slice(pointer, pointer + length),
    })
    const error = await failureOf(bench.safe())
    expect(error.code).toBe('ERR_NOT_SAFE')
    const state = await failureOf(bench.arm.set({ channel: 0, duty: 1 }).result())
    expect(state.code).toBe('ERR_QUARANTINED')
  })

  it('fails with a typed error when the bus hangs, and works when it goes again', async () => {
    const { bench, board, part } = await open()
    i2c(board).hang()
    const error = await failureOf(bench.arm.set({ channel: 2, duty: 0.5 }).result())
    expect(error.code).toBe('ERR_NOT_SAFE')
    i2c(board).recover()
    await bench.busQueue('i2c-1').reset()
    await bench.arm.queue.reset()
    await bench.arm.set({ channel: 2, duty: 0.5 }).result()
    expect(widths(part)).toEqual(only(2, 9994))
  })

  it.each([
    ['bits are flipped now and then', { kind: 'flip', probability: 0.01 }],
    ['it does not acknowledge now and then', { kind: 'nack', probability: 0.03 }],
    ['it holds the clock', { kind: 'stretch', by: '500us' }],
    ['the driver fails now and then', { kind: 'error', probability: 0.03 }],
    ['it browns out', { kind: 'brown-out', from: '400ms', for: '20ms' }],
  ])('never says what is not so: %s', async (_, fault) => {
    const { bench, part, clock } = await open({}, [{ from: '100ms', ...fault }])
    await new Promise<void>(resolve => clock.after(100e6, resolve))
    let done = 0
    for (let call = 0; call < 60; call++) {
      const [channel, duty] = [call % 16, ((call * 7) % 16) / 16]
      const before = widths(part)
      const state = await bench.arm
        .set({ channel, duty })
        .result()
        .catch((error: { code: string }) => error.code)
      if (typeof state === 'string') {
        expect(state).toMatch(/^ERR_(NO_DEVICE|NACK|BAD_READING|NOT_TAKEN|IO|NOT_SAFE|QUARANTINED)$/)
        for (let retry = 0; retry < 50 && bench.arm.queue.quarantined; retry++) {
          await bench.arm.queue.reset().catch(() => undefined)
          await new Promise<void>(resolve => clock.after(10e6, resolve))
        }
        expect(widths(part)).toEqual(ALL_OFF)
      } else {
        done++
        const wanted = (state.restarted ? ALL_OFF : before).with(channel, Math.round(duty * 4096) * 4.88)
        for (const [index, width] of widths(part).entries()) expect(Math.abs(width - wanted[index]!)).toBeLessThan(6)
      }
    }
    expect(done).toBeGreaterThan(0)
  })
})

describe('what a PCA9685 cannot do', () => {
  it.each([
    ['900us', {}, 'must be from 1 ms to 2 ms, not 0.9 ms', 'servo.max'],
    ['2100us', {}, 'must be from 1 ms to 2 ms, not 2.1 ms', 'servo.max'],
    ['1ms', { frequency: 1000 }, 'must be less than the period, which is 0.983 ms, not 1 ms', 'lower frequency'],
  ] as const)('is refused at the call: a servo pulse of %s with %j', async (pulseWidth, config, why, remedy) => {
    const opened = await open(config)
    const before = i2c(opened.board).log.length
    expect(refusalOf(opened, () => opened.bench.arm.servo({ channel: 0, pulseWidth }))).toMatchObject({
      code: 'ERR_BAD_INPUT',
      message: `arm.servo: pulseWidth ${why}`,
      place: 'arm.servo',
      remedy: expect.stringContaining(remedy),
    })
    expect(i2c(opened.board).log).toHaveLength(before)
  })

  it.each([
    ['set', { channel: 16, duty: 0.5 }],
    ['set', { channel: -1, duty: 0.5 }],
    ['set', { channel: 0, duty: 1.1 }],
    ['set', { channel: 0, duty: -0.1 }],
    ['set', { channel: 0 }],
    ['servo', { channel: 0, pulseWidth: 0 }],
    ['servo', { channel: 0, pulseWidth: '2' }],
    ['off', {}],
  ])('is refused: %s %j', async (action, input) => {
    const opened = await open()
    const refusal = refusalOf(opened, () => opened.bench.call('arm', action, input))
    expect(refusal.code).toMatch(/^ERR_BAD_(INPUT|DURATION)$/)
  })

  it.each([
    [{ address: 0x70 }, 'address'],
    [{ address: 0x3f }, 'address'],
    [{ frequency: 21 }, 'frequency'],
    [{ frequency: 3000 }, 'frequency'],
    [{ oscillator: 1e6 }, 'oscillator'],
    [{ servo: { min: '2ms', max: '1ms' } }, 'servo'],
    [{ drive: 'open-source' }, 'drive'],
  ])('is refused in the configuration: %j', async (config, where) => {
    const error = await failureOf(openMockBench({ arm: pca9685(config as never) }))
    expect(error.code).toBe('ERR_BAD_CONFIG')
    expect(`${error.place} ${error.message}`).toContain(where)
  })

  it('is to have the address of another peripheral', async () => {
    const error = await failureOf(openMockBench({ one: pca9685({}), two: pca9685({}) }))
    expect(error.message).toBe('one.address and two.address both want i2c-1 0x40')
  })
})
