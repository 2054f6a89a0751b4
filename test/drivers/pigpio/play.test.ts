/** Pulse sequences of the pigpio driver: waves that are loaded, played, stopped and deleted. */

import { describe, expect, it } from 'vitest'
import { request, settle } from './open.js'

const output = { direction: 'output' } as const
const steps = [
  { values: 1, ns: 5000 },
  { values: 0, ns: 5000 },
]

describe('play', () => {
  it('begins inside the call, ends when pigpio says so, and deletes its waves', async () => {
    const { fake, handle, clock } = await request(output)
    const played = handle.play({ steps, repeat: 3 })
    expect(fake.calls).toEqual(['waveAddNew', 'waveAddGeneric 2', 'waveCreate', 'waveChain 255 0 0 255 1 3 0'])
    expect(fake.waves.get(0)).toEqual([
      { gpioOn: 17, gpioOff: 0, usDelay: 5 },
      { gpioOn: 0, gpioOff: 17, usDelay: 5 },
    ])
    clock.time = 50_000
    clock.fire()
    await settle()
    expect(fake.waves.size).toBe(1)
    fake.busy = 0
    clock.time = 1_100_000
    clock.fire()
    expect(await played).toEqual({ player: 'dma', requestedNs: 30_000, achievedNs: 30_000, latestNs: undefined })
    expect([fake.waves.size, fake.calls.at(-1)]).toEqual([0, 'waveDelete 0'])
  })

  it('that is aborted stops inside the call that aborts, and rejects with its reason', async () => {
    const { fake, handle, clock } = await request(output)
    const controller = new AbortController()
    const played = handle.play({ steps }, controller.signal)
    controller.abort('enough')
    expect(fake.calls.slice(-2)).toEqual(['waveTxStop', 'waveDelete 0'])
    await expect(played).rejects.toBe('enough')
    expect(clock.timers.size).toBe(0)
  })

  it('that is aborted already touches nothing', async () => {
    const { fake, handle } = await request(output)
    await expect(handle.play({ steps }, AbortSignal.abort('no'))).rejects.toBe('no')
    expect(fake.calls).toEqual([])
  })

  it('with nothing to do does nothing', async () => {
    const { fake, handle } = await request(output)
    expect(await handle.play({ steps: [{ values: 0, mask: 0, ns: 0 }] })).toMatchObject({ achievedNs: 0 })
    expect(fake.calls).toEqual([])
  })

  it('that pigpio refuses in the middle deletes what was loaded, says why, and works afterwards', async () => {
    const { fake, handle } = await request(output)
    fake.failures.set('waveChain', -119)
    await expect(handle.play({ steps })).rejects.toMatchObject({
      code: 'ERR_BAD_PULSES',
      place: 'GPIO17',
      message: expect.stringContaining('pigpio error -119'),
      remedy: expect.stringContaining('Split'),
    })
    expect(fake.waves.size).toBe(0)
    fake.failures.clear()
    const played = handle.play({ steps })
    expect(fake.busy).toBe(1)
    handle.release()
    await expect(played).rejects.toMatchObject({ code: 'ERR_RELEASED' })
  })

  it('waits while another handle plays, and begins when that is over', async () => {
    const { board, fake, handle } = await request(output)
    const other = await board.request({ lines: [4], settings: output })
    fake.calls.length = 0
    const first = handle.play({ steps })
    const second = other.play({ steps })
    expect(fake.calls.filter(call => call === 'waveCreate')).toHaveLength(1)
    handle.release()
    await expect(first).rejects.toMatchObject({ code: 'ERR_RELEASED' })
    await settle()
    expect(fake.calls.filter(call => call === 'waveCreate')).toHaveLength(2)
    other.release()
    await expect(second).rejects.toMatchObject({ code: 'ERR_RELEASED' })
  })

  it('is refused when the line has become an input while it waited', async () => {
    const { board, handle } = await request(output)
    const other = await board.request({ lines: [4], settings: output })
    const first = handle.play({ steps })
    const second = other.play({ steps })
    other.reconfigure({ direction: 'input' })
    handle.release()
    await expect(first).rejects.toMatchObject({ code: 'ERR_RELEASED' })
    await expect(second).rejects.toMatchObject({
      code: 'ERR_UNSUPPORTED',
      message: 'GPIO4 is an input and cannot be set',
    })
  })

  it('that is aborted while it waits never begins, and the next one does not wait for it', async () => {
    const { board, fake, handle } = await request(output)
    const other = await board.request({ lines: [4], settings: output })
    const controller = new AbortController()
    const first = handle.play({ steps })
    const second = other.play({ steps }, controller.signal)
    controller.abort('never mind')
    await expect(second).rejects.toBe('never mind')
    const third = other.play({ steps })
    handle.release()
    await expect(first).rejects.toMatchObject({ code: 'ERR_RELEASED' })
    await settle()
    expect(fake.busy).toBe(1)
    other.release()
    await expect(third).rejects.toMatchObject({ code: 'ERR_RELEASED' })
  })

  it('does not mind waves that somebody else has deleted', async () => {
    const { fake, handle } = await request(output)
    const controller = new AbortController()
    const played = handle.play({ steps }, controller.signal)
    fake.failures.set('waveDelete', -66)
    controller.abort('enough')
    await expect(played).rejects.toBe('enough')
  })

  it('of a library that was terminated says that it is gone', async () => {
    const { fake, handle, clock } = await request(output)
    const played = handle.play({ steps })
    fake.busy = -31
    clock.time = 30_000
    clock.fire()
    await expect(played).rejects.toMatchObject({ code: 'ERR_CHIP_GONE' })
    expect(fake.calls).not.toContain('waveDelete 0')
  })
})
