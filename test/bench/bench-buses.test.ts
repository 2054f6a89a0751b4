/** The buses of a bench: shared by its peripherals, one transaction at a time, theirs as long as they may act. */

import { type Static, Type } from 'typebox'
import { describe, expect, it } from 'vitest'
import type { I2cBus } from '../../drivers/open-bus.js'
import type { MockBoard } from '../../mocks/board.js'
import { RegisterMap } from '../../mocks/buses/i2c-device.js'
import { MockDriver } from '../../mocks/driver.js'
import type { PeripheralBus } from '../../src/bench/bench-buses.js'
import { definePeripheral } from '../../src/bench/definition.js'
import { openBench } from '../../src/bench/open-bench.js'
import { VirtualClock } from '../../src/worker/virtual-clock.js'

const Config = Type.Object({ address: Type.Integer() })

/** Reads one register of four in as many messages, as a slow sensor would, and remembers what it may. */
const sensor = definePeripheral({
  type: 'sensor',
  title: 'Sensor',
  config: Config,
  occupies: ({ address }: Static<typeof Config>) => [{ what: `i2c-1 ${address}`, path: ['address'] }],
  open: async ({ config, buses }) => ({ bus: await buses.i2c(), address: config.address }),
  actions: {
    read: {
      title: 'Read',
      effect: 'read',
      output: Type.Array(Type.Integer()),
      run: ({ bus, address }: { bus: PeripheralBus<I2cBus>; address: number }, _input, task) =>
        bus.transaction(task, async i2c => {
          const values: number[] = []
          for (let register = 0; register < 4; register++) {
            const [bytes] = await i2c.transfer(address, [{ kind: 'readByte', register }])
            values.push(...bytes!)
          }
          return values
        }),
    },
    stray: {
      title: 'Go on after the end',
      effect: 'read',
      run: async ({ bus, address }: { bus: PeripheralBus<I2cBus>; address: number }, _input, task) => {
        await new Promise<void>(resolve => {
          task.clock.after(60e9, resolve)
        })
        await bus.transaction(undefined, i2c => i2c.transfer(address, [{ kind: 'readByte', register: 0 }]))
      },
    },
  },
  safe: () => {},
})

async function open(addresses: Readonly<Record<string, number>>) {
  const clock = new VirtualClock()
  const specs = Object.fromEntries(Object.entries(addresses).map(([name, address]) => [name, sensor({ address })]))
  const bench = await openBench(specs, { driver: new MockDriver(), clock })
  const board = bench.board as MockBoard
  const bus = board.buses.i2c()
  for (const address of Object.values(addresses)) {
    bus.attach(address, new RegisterMap({ 0: [address, 1, 2, 3] }))
  }
  return { bench, bus, clock }
}

describe('two peripherals on one bus', () => {
  it('never interleave their transactions', async () => {
    const { bench, bus } = await open({ a: 0x48, b: 0x76 })
    const tasks = Array.from({ length: 5 }, () => [bench.call('a', 'read'), bench.call('b', 'read')]).flat()
    const values = await Promise.all(tasks.map(task => task.result()))
    expect(values.slice(0, 2)).toEqual([
      [0x48, 1, 2, 3],
      [0x76, 1, 2, 3],
    ])
    const addresses = bus.log.map(({ address }) => address)
    for (let begin = 0; begin < addresses.length; begin += 4) {
      expect(new Set(addresses.slice(begin, begin + 4)).size).toBe(1)
    }
    expect(addresses).toHaveLength(40)
    await bench.close()
  })

  it('cannot have the same address', async () => {
    await expect(open({ a: 0x48, b: 0x48 })).rejects.toMatchObject({
      code: 'ERR_LINE_CLAIMED',
      message: 'a.address and b.address both want i2c-1 72',
    })
  })
})

describe('the transaction of a task', () => {
  it('ends with the task, and the bus is free for the others', async () => {
    const { bench, bus, clock } = await open({ a: 0x48, b: 0x76 })
    bus.hang('10ms')
    const cancelled = bench.call('a', 'read')
    clock.after(1e6, () => cancelled.cancel())
    await expect(cancelled.result()).rejects.toMatchObject({ code: 'ERR_CANCELLED' })
    bus.recover()
    await bench.busQueue('i2c-1').reset()
    expect(await bench.call('b', 'read').result()).toEqual([0x76, 1, 2, 3])
    await bench.close()
  })

  it('that was given up may use the bus no more', async () => {
    const { bench, bus, clock } = await open({ a: 0x48 })
    const given = bench.call('a', 'stray', {}, { timeout: '1s', grace: '1s' })
    await expect(given.result()).rejects.toMatchObject({ code: 'ERR_ABANDONED' })
    await new Promise<void>(resolve => {
      clock.after(70e9, resolve)
    })
    // An abandoned function that asks whether somebody answers would be seen as a message.
    expect(bus.log).toEqual([])
    await bench.close()
  })

  it('is served while the bench closes and lets its tasks run to their ends', async () => {
    const { bench } = await open({ a: 0x48, b: 0x76 })
    const task = bench.call('b', 'read')
    await bench.close()
    expect(await task.result()).toEqual([0x76, 1, 2, 3])
  })
})

describe('the queue of a bus', () => {
  it('is found by the name of the bus, as soon as a peripheral has it', async () => {
    const { bench } = await open({ a: 0x48 })
    expect(bench.busQueue('i2c-1').name).toBe('i2c-1')
    expect(() => bench.busQueue('i2c-2')).toThrow(
      expect.objectContaining({ code: 'ERR_UNKNOWN_PERIPHERAL', message: expect.stringContaining('i2c-1') }),
    )
    await bench.close()
  })
})

describe('a bus that cannot be opened', () => {
  it('is told with the peripheral that wants it, and leaves no line held', async () => {
    const clock = new VirtualClock()
    const boards: MockBoard[] = []
    const driver = new MockDriver()
    const broken = {
      name: 'mock' as const,
      open: async (options: Parameters<MockDriver['open']>[0]) => {
        const board = await driver.open(options)
        boards.push(board)
        board.openBus = () => Promise.reject(new TypeError('no such bus'))
        return board
      },
    }
    const opening = openBench({ a: sensor({ address: 0x48 }) }, { driver: broken, clock })
    await expect(opening).rejects.toThrow('no such bus')
    expect(boards[0]!.lineInfo.bind(boards[0], 0)).toThrow(expect.objectContaining({ code: 'ERR_CLOSED' }))
  })
})
