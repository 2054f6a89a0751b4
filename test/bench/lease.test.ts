import { beforeEach, describe, expect, it } from 'vitest'
import type { LineHandle } from '../../drivers/driver.js'
import { MockBoard } from '../../mocks/board.js'
import { HeldLines } from '../../src/bench/lease.js'
import { PiWorkerError } from '../../src/errors.js'
import { VirtualClock } from '../../src/worker/virtual-clock.js'
import { failureOf } from './setup.js'

const OUTPUT = { direction: 'output', initial: 1 } as const
const INPUT = { direction: 'input', edges: 'both' } as const
const REVOKED = expect.objectContaining({ code: 'ERR_REVOKED', place: 'pump' })

let board: MockBoard
let clock: VirtualClock
let held: HeldLines
beforeEach(() => {
  clock = new VirtualClock()
  board = new MockBoard({ clock })
  held = new HeldLines('pump', board, [17, 18])
})

describe('a leased handle', () => {
  it('reads and sets its lines', async () => {
    const handle = await held.lease().request({ lines: [17], settings: OUTPUT })
    expect([handle.get(), board.level(17)]).toEqual([1, 'high'])
    handle.set(0)
    expect([handle.get(), board.level(17)]).toEqual([0, 'low'])
  })

  it('shows the peripheral as the consumer', async () => {
    await held.lease().request({ lines: [17], settings: OUTPUT })
    expect(board.lineInfo(17).consumer).toBe('pi-worker pump')
  })

  it('cuts a long name to what the kernel holds', async () => {
    const long = new HeldLines('a'.repeat(64), board, [17])
    await long.lease().request({ lines: [17], settings: OUTPUT })
    expect(board.lineInfo(17).consumer).toBe(`pi-worker ${'a'.repeat(21)}`)
  })

  it('cannot be had for a line that the configuration does not name', async () => {
    const error = await failureOf(held.lease().request({ lines: [4], settings: INPUT }))
    expect(error).toMatchObject({ code: 'ERR_BAD_DEFINITION', message: expect.stringContaining('GPIO4') })
    expect(board.lineInfo(4).used).toBe(false)
  })

  it('that is released lets the line go, and it can be requested again', async () => {
    const lease = held.lease()
    const first = await lease.request({ lines: [17], settings: OUTPUT })
    first.release()
    expect(board.lineInfo(17).used).toBe(false)
    const second = await lease.request({ lines: [17], settings: OUTPUT })
    expect(second.get()).toBe(1)
  })
})

describe('a sequence that plays on a leased handle', () => {
  const steps = [
    { values: 1, ns: 500 },
    { values: 0, ns: 500 },
  ]

  it('is played by the driver', async () => {
    const handle = await held.lease().request({ lines: [17], settings: OUTPUT })
    expect(await handle.play({ steps })).toMatchObject({ achievedNs: 1000 })
    expect(board.level(17)).toBe('low')
  })

  it('ends with the signal of whoever plays it', async () => {
    const handle = await held.lease().request({ lines: [17], settings: OUTPUT })
    const reason = new PiWorkerError('ERR_CANCELLED', 'enough')
    await expect(handle.play({ steps }, AbortSignal.abort(reason))).rejects.toBe(reason)
  })

  it('moves nothing any more when the lease is revoked', async () => {
    const handle = await held.lease().request({ lines: [17], settings: OUTPUT })
    clock.after(700, () => held.revoke())
    expect(await failureOf(handle.play({ steps, repeat: 10 }))).toMatchObject({ code: 'ERR_REVOKED' })
    expect([clock.now(), board.level(17)]).toEqual([700, 'low'])
    expect(await failureOf(handle.play({ steps }))).toMatchObject({ code: 'ERR_REVOKED' })
  })

  it('is refused as PWM by a driver that has none', async () => {
    const source = Object.assign(board, { capabilities: { ...board.capabilities, pwm: [] } })
    const request = board.request.bind(board)
    source.request = async asked => Object.assign(await request(asked), { pwm: undefined })
    const handle = await new HeldLines('pump', source, [17]).lease().request({ lines: [17], settings: OUTPUT })
    expect(() => handle.pwm?.(17, { frequency: 50, duty: 0.5 })).toThrow(
      expect.objectContaining({ code: 'ERR_UNSUPPORTED', place: 'pump' }),
    )
  })
})

describe('a revoked lease', () => {
  const uses: Record<string, (handle: LineHandle) => void> = {
    get: handle => handle.get(),
    set: handle => handle.set(1),
    reconfigure: handle => handle.reconfigure(OUTPUT),
    edges: handle => handle.edges(() => undefined),
    pwm: handle => handle.pwm?.(17, { frequency: 50, duty: 0.5 }),
  }

  it.each(Object.keys(uses))('makes %s throw ERR_REVOKED', async use => {
    const handle = await held.lease().request({ lines: [17], settings: OUTPUT })
    held.revoke()
    expect(() => uses[use]?.(handle)).toThrow(REVOKED)
  })

  it('gives out no handle any more', async () => {
    const lease = held.lease()
    held.revoke()
    expect(await failureOf(lease.request({ lines: [17], settings: OUTPUT }))).toEqual(REVOKED)
  })

  it('gives out no handle that was still on its way either', async () => {
    const pending = held.lease().request({ lines: [17], settings: OUTPUT })
    held.revoke()
    expect(await failureOf(pending)).toEqual(REVOKED)
  })

  it('lets no line go and leaves its level', async () => {
    await held.lease().request({ lines: [17], settings: OUTPUT })
    held.revoke()
    expect([board.lineInfo(17).used, board.level(17)]).toEqual([true, 'high'])
  })

  it('ends the edges of its handles', async () => {
    const handle = await held.lease().request({ lines: [17], settings: INPUT })
    const heard: string[] = []
    handle.edges(event => heard.push(event.kind))
    held.revoke()
    board.drive(17, 'high')
    await Promise.resolve()
    expect(heard).toEqual([])
  })

  it('cannot release the line behind the back of the next one', async () => {
    const old = await held.lease().request({ lines: [17], settings: OUTPUT })
    const next = await held.lease().request({ lines: [17], settings: OUTPUT })
    old.release()
    expect(next.get()).toBe(1)
  })
})

describe('the next lease', () => {
  it('takes the same lines over in place: the level goes straight to the new one', async () => {
    await held.lease().request({ lines: [17], settings: OUTPUT })
    const before = board.trace.length
    const handle = await held.lease().request({ lines: [17], settings: { ...OUTPUT, initial: 0 } })
    expect([handle.get(), board.level(17)]).toEqual([0, 'low'])
    expect(board.trace.length - before).toBe(1)
  })

  it('requests lines that are grouped in another way anew', async () => {
    await held.lease().request({ lines: [17], settings: OUTPUT })
    const handle = await held.lease().request({ lines: [17, 18], settings: { ...OUTPUT, initial: 0b11 } })
    expect(handle.get()).toBe(0b11)
  })

  it('finds a line busy that this very lease has already', async () => {
    const lease = held.lease()
    await lease.request({ lines: [17], settings: OUTPUT })
    expect(await failureOf(lease.request({ lines: [17], settings: OUTPUT }))).toMatchObject({ code: 'ERR_LINE_BUSY' })
  })
})

describe('held lines', () => {
  it('know the physical level, active low or not', async () => {
    const lease = held.lease()
    await lease.request({ lines: [17], settings: { ...OUTPUT, activeLow: true } })
    await lease.request({ lines: [18], settings: OUTPUT })
    expect([held.level(17), held.level(18), held.level(4)]).toEqual(['low', 'high', undefined])
  })

  it('are all let go by release, and their handles are revoked', async () => {
    const handle = await held.lease().request({ lines: [17, 18], settings: OUTPUT })
    await held.release()
    expect([board.lineInfo(17).used, board.lineInfo(18).used]).toEqual([false, false])
    expect(() => handle.get()).toThrow(REVOKED)
  })
})
