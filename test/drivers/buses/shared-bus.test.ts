/** A bus with a queue of its own: transactions that never mix, and a bus that hangs. */

import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { I2cBus, I2cMessage } from '../../../drivers/buses/bus.js'
import { I2cDevice } from '../../../drivers/buses/i2c-device.js'
import type { Leased } from '../../../drivers/buses/lease.js'
import { SharedBus } from '../../../drivers/buses/shared-bus.js'
import { MockI2cBus } from '../../../mocks/buses/i2c.js'
import { RegisterMap } from '../../../mocks/buses/i2c-device.js'
import { MockPwm } from '../../../mocks/buses/pwm.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'
import { Worker } from '../../../src/worker/worker.js'
import { refusal } from './setup.js'

const BME280 = 0x76
const TMP102 = 0x48
const ID: I2cMessage = { kind: 'readByte', register: 0xd0 }

function open() {
  const clock = new VirtualClock()
  const worker = new Worker({ clock })
  const mock = new MockI2cBus({ clock })
  for (const address of [BME280, TMP102]) mock.attach(address, new RegisterMap({ 208: address }))
  return { clock, worker, mock, bus: new SharedBus(mock, worker) }
}

const readId = (address: number) => (bus: Leased<I2cBus>) => new I2cDevice(bus, address).readByte(0xd0)

describe('a transaction', () => {
  it('is a task on the queue of the bus and gives what its function gives', async () => {
    const { bus, worker } = open()
    const task = bus.transaction(readId(BME280), { name: 'read the id' })
    expect(await task.result()).toBe(BME280)
    expect(task.name).toBe('read the id')
    expect(bus.queue).toBe(worker.queue('i2c-1'))
  })

  it('waits for the one before it, whatever device that is for', async () => {
    const { bus, mock } = open()
    const slow = async (leased: Leased<I2cBus>, { sleep }: { sleep: (ms: number) => Promise<void> }) => {
      await leased.transfer(BME280, [ID])
      await sleep(20)
      await leased.transfer(BME280, [ID])
    }
    await Promise.all([bus.transaction(slow).result(), bus.transaction(readId(TMP102)).result()])
    expect(mock.log.map(({ address }) => address)).toEqual([BME280, BME280, TMP102])
  })

  it('with a higher priority goes before those that wait', async () => {
    const { bus, mock } = open()
    const tasks = [
      bus.transaction(readId(BME280)),
      bus.transaction(readId(BME280)),
      bus.transaction(readId(TMP102), { priority: 1 }),
    ]
    await Promise.all(tasks.map(task => task.result()))
    expect(mock.log[0]?.address).toBe(TMP102)
  })

  it('never has a message of another in between, whatever two sensors do and when', async () => {
    const step = fc.record({
      messages: fc.integer({ min: 1, max: 4 }),
      pause: fc.integer({ min: 0, max: 3 }),
      awaited: fc.boolean(),
    })
    const transaction = fc.record({
      address: fc.constantFrom(BME280, TMP102),
      at: fc.integer({ min: 0, max: 20 }),
      priority: fc.integer({ min: 0, max: 2 }),
      nack: fc.boolean(),
      steps: fc.array(step, { minLength: 1, maxLength: 4 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(transaction, { minLength: 2, maxLength: 8 }), async transactions => {
        const { bus, mock, clock, worker } = open()
        const tasks = transactions.map(async ({ address, at, priority, nack, steps }, number) => {
          await clock.reach(at * 1e6)
          if (nack) mock.nackAt(address, 1)
          const task = bus.transaction(
            async (leased, { sleep }) => {
              for (const { messages, pause, awaited } of steps) {
                // The register says in the log whose message it is.
                const sent = leased.transfer(address, new Array(messages).fill({ kind: 'readByte', register: number }))
                if (awaited) await sent
                await sleep(pause)
              }
            },
            { priority },
          )
          await task.toDict(1e6)
        })
        await Promise.all(tasks)
        const owners = mock.log.map(({ message }) => (message.kind === 'readByte' ? message.register : -1))
        const runs = owners.filter((owner, index) => owner !== owners[index - 1])
        expect(runs).toEqual([...new Set(owners)])
        expect(new Set(owners).size).toBe(transactions.length)
        await worker.close()
      }),
      { seed: 20260729, numRuns: 100 },
    )
  })

  it('never has one either when functions that heed nothing are given up, and the queue is reset at once', async () => {
    const transaction = fc.record({
      address: fc.constantFrom(BME280, TMP102),
      timeout: fc.integer({ min: 1, max: 6 }),
      grace: fc.integer({ min: 0, max: 3 }),
      pauses: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 5 }),
      messages: fc.integer({ min: 1, max: 6 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(transaction, { minLength: 2, maxLength: 6 }), async transactions => {
        const { bus, mock, clock, worker } = open()
        worker.queue('i2c-1', { whenQuarantined: 'keep' })
        worker.listen(event => {
          if (event.type === 'finished' && bus.queue.quarantined) void bus.queue.reset()
        })
        const tasks = transactions.map(({ address, timeout, grace, pauses, messages }, number) =>
          bus.transaction(
            async leased => {
              for (const pause of pauses) {
                await leased.transfer(address, new Array(messages).fill({ kind: 'readByte', register: number }))
                await clock.reach(clock.now() + pause * 1e6)
              }
            },
            { timeout, grace },
          ),
        )
        await Promise.all(tasks.map(task => task.toDict(1e6)))
        await clock.idle()
        const owners = mock.log.map(({ message }) => (message.kind === 'readByte' ? message.register : -1))
        const runs = owners.filter((owner, index) => owner !== owners[index - 1])
        expect(runs).toEqual([...new Set(owners)])
        expect(new Set(owners).size).toBe(transactions.length)
      }),
      { seed: 20260730, numRuns: 100 },
    )
  })

  it('can be retried when it only reads', async () => {
    const { bus, mock } = open()
    mock.nackAt(BME280, 1)
    expect(await bus.transaction(readId(BME280), { effect: 'read', retries: 1 }).result()).toBe(BME280)
    expect(() => bus.transaction(readId(BME280), { retries: 1 })).toThrow(
      expect.objectContaining({ code: 'ERR_RETRY_UNSAFE' }),
    )
  })

  it('that fails leaves the queue free for the next one', async () => {
    const { bus, mock } = open()
    mock.detach(BME280)
    expect(await refusal(bus.transaction(readId(BME280)).result())).toMatchObject({ code: 'ERR_NO_DEVICE' })
    expect(bus.queue.quarantined).toBe(false)
    expect(await bus.transaction(readId(TMP102)).result()).toBe(TMP102)
  })

  it('is given the facts of the bus, and nothing that ends it', async () => {
    const { worker, clock } = open()
    const pwm = new SharedBus(new MockPwm({ clock, channels: 4 }), worker)
    const seen = await pwm.transaction(bus => bus).result()
    expect(seen).toMatchObject({ kind: 'pwm', name: 'pwmchip0', channels: 4 })
    expect(['close' in seen, 'settle' in seen]).toEqual([false, false])
  })
})

describe('the bus that a transaction was given', () => {
  it('is good for nothing when it is over', async () => {
    const { bus, mock } = open()
    const late = await bus.transaction(leased => leased).result()
    expect(await refusal(late.transfer(BME280, [ID]))).toMatchObject({
      code: 'ERR_REVOKED',
      place: 'i2c-1',
      remedy: expect.stringContaining('await'),
    })
    expect(mock.log).toEqual([])
  })

  it('is waited for when a call was not awaited', async () => {
    const { bus, mock, clock } = open()
    const forgetful = (leased: Leased<I2cBus>) => void leased.transfer(BME280, [ID])
    await bus.transaction(forgetful).result()
    expect(mock.log).toMatchObject([{ end: clock.now(), error: undefined }])
  })

  it('begins no call any more that still waits for another when the function is over', async () => {
    const { bus, mock } = open()
    const task = bus.transaction(leased => {
      void leased.transfer(BME280, [ID])
      void leased.transfer(BME280, [ID])
    })
    expect(await refusal(task.result())).toMatchObject({ code: 'ERR_REVOKED' })
    expect(mock.log).toHaveLength(1)
  })

  it('fails the transaction when a call that was not awaited fails', async () => {
    const { bus } = open()
    const task = bus.transaction(leased => {
      void leased.transfer(0x10, [ID])
    })
    expect(await refusal(task.result())).toMatchObject({ code: 'ERR_NO_DEVICE' })
  })
})

describe('a bus that hangs in a transaction', () => {
  const hang = async (options: { timeout?: number; grace?: number }, giveUp?: '1s') => {
    const opened = open()
    opened.mock.hang(giveUp)
    const task = opened.bus.transaction(readId(BME280), { name: 'read', ...options })
    return { ...opened, task, error: await refusal(task.result()) }
  }

  it('ends it by its timeout and grace, and quarantines the queue', async () => {
    const { bus, task, error, clock } = await hang({ timeout: 100, grace: 50 })
    expect(task.state).toBe('indeterminate')
    expect(error).toMatchObject({
      code: 'ERR_NOT_SAFE',
      message: 'i2c-1 could not be made safe: i2c-1 hangs: a transfer with 0x76 is still under way',
      cause: { code: 'ERR_ABANDONED', cause: { code: 'ERR_TIMEOUT' } },
    })
    expect(bus.queue.quarantined).toBe(true)
    // Timeout, grace, and the wait for the call that is under way.
    expect(clock.now()).toBe(1.15e9)
  })

  it('ends it by the limit of one call when the timeout is longer, with ERR_BUS_HUNG as the cause', async () => {
    const { bus, task, error } = await hang({})
    expect(task.state).toBe('indeterminate')
    expect(error).toMatchObject({ code: 'ERR_NOT_SAFE', cause: { code: 'ERR_BUS_HUNG' } })
    expect(bus.queue.quarantined).toBe(true)
  })

  it('quarantines the queue too when the kernel gives up, as long as the bus does not answer', async () => {
    const { bus, error } = await hang({}, '1s')
    expect(error).toMatchObject({ code: 'ERR_NOT_SAFE', cause: { code: 'ERR_BUS_HUNG' } })
    expect(bus.queue.quarantined).toBe(true)
  })

  it('only fails it with ERR_BUS_HUNG when the bus answers again', async () => {
    const { bus, mock, clock } = open()
    mock.hang('1s')
    clock.after(0.5e9, () => mock.recover())
    const task = bus.transaction(readId(BME280))
    expect(await refusal(task.result())).toMatchObject({ code: 'ERR_BUS_HUNG' })
    expect(task.state).toBe('failed')
    expect(await bus.transaction(readId(BME280)).result()).toBe(BME280)
  })

  it('refuses those that come after', async () => {
    const { bus } = await hang({ timeout: 100, grace: 50 })
    expect(await refusal(bus.transaction(readId(TMP102)).result())).toMatchObject({ code: 'ERR_QUARANTINED' })
  })

  it('cannot be reset while it hangs, and works when the cause is gone', async () => {
    const { bus, mock } = await hang({ timeout: 100, grace: 50 })
    const refused = await refusal(bus.queue.reset())
    expect(refused).toMatchObject({ code: 'ERR_NOT_SAFE', cause: { code: 'ERR_BUS_HUNG' } })
    mock.recover()
    await bus.queue.reset()
    expect(await bus.transaction(readId(TMP102)).result()).toBe(TMP102)
  })

  it('lets the function that was given up send nothing when the bus goes on', async () => {
    const { bus, mock, worker } = open()
    mock.hang()
    const register = new RegisterMap()
    mock.attach(0x20, register)
    const task = bus.transaction(
      async leased => {
        await leased.transfer(0x20, [ID]).catch(() => undefined)
        await leased.transfer(0x20, [{ kind: 'writeByte', register: 1, value: 1 }])
      },
      { timeout: 100, grace: 50 },
    )
    const late: unknown[] = []
    worker.listen(event => void (event.type === 'settledLate' && late.push(event.error)))
    await refusal(task.result())
    mock.recover()
    await bus.queue.reset()
    await bus.transaction(readId(TMP102)).result()
    expect(register.registers[1]).toBe(0)
    expect(late).toEqual([expect.stringContaining('was used after the transaction')])
  })
})

describe('a shared bus that is closed', () => {
  it('closes the bus, once', async () => {
    const { bus, mock, worker } = open()
    await worker.close()
    await bus.close()
    await bus.close()
    expect(await refusal(mock.transfer(BME280, [ID]))).toMatchObject({ code: 'ERR_RELEASED' })
  })
})
