/** Levels, bias and settings through the real package. */

import { describe, expect, it } from 'vitest'
import { standin, tierDriver } from './rig.js'
import { StandinClock } from './standin.js'
import { openStill, request } from './still.js'

describe('an output through the real package', () => {
  it('has its first level before it is an output', async () => {
    const { board } = await openStill()
    standin.drive(17, 'float')
    await board.request({ lines: [17], settings: { direction: 'output', initial: 1 } })
    expect([standin.mode(17), standin.level(17)]).toEqual([1, 1])
    expect(standin.brief()).toEqual(['17=1 @0'])
  })

  it('of several lines changes all of them in one bank write', async () => {
    const { handle } = await request({ direction: 'output', initial: 0b001 }, [13, 5, 31])
    handle.set(0b110)
    expect(standin.brief()).toEqual(['13=0 @0', '5=1 @0', '31=1 @0'])
    expect(handle.get()).toBe(0b110)
  })

  it('that is active low is high when it is off', async () => {
    const { handle } = await request({ direction: 'output', activeLow: true })
    expect([standin.level(17), handle.get()]).toEqual([1, 0])
    handle.set(1)
    expect([standin.level(17), handle.get()]).toEqual([0, 1])
  })

  it('keeps its level when the board is closed', async () => {
    const { board } = await request({ direction: 'output', initial: 1 })
    await board.close()
    expect([standin.mode(17), standin.level(17)]).toEqual([1, 1])
  })
})

describe('an input through the real package', () => {
  it.each([
    ['pull-up', 2, 1],
    ['pull-down', 1, 0],
    ['disabled', 0, 0],
  ] as const)('with bias %s has it', async (bias, pull, level) => {
    const { handle } = await request({ direction: 'input', bias })
    expect([standin.pull(17), handle.get()]).toEqual([pull, level])
  })

  it('as-is keeps the bias that it had', async () => {
    await request({ direction: 'input' }, [4])
    expect(standin.pull(4)).toBe(2)
  })

  it('reads what the outside drives', async () => {
    const { handle } = await request({ direction: 'input' })
    standin.drive(17, 'high')
    expect(handle.get()).toBe(1)
  })

  it('becomes an output and an input again', async () => {
    const { handle } = await request({ direction: 'input', bias: 'pull-up' })
    handle.reconfigure({ direction: 'output' })
    expect([standin.mode(17), standin.level(17)]).toEqual([1, 0])
    handle.reconfigure({ direction: 'input', bias: 'pull-up' })
    expect([standin.mode(17), standin.level(17)]).toEqual([0, 1])
  })
})

describe('the library', () => {
  it('opens neither its socket nor its pipe', async () => {
    await openStill()
    expect(standin.interfaces()).toBe(3)
  })

  it('is shared by two boards and ends with the last of them', async () => {
    const { board } = await request({ direction: 'output' })
    const second = await tierDriver().open({ clock: new StandinClock(standin) })
    await expect(second.request({ lines: [17], settings: { direction: 'input' } })).rejects.toMatchObject({
      code: 'ERR_LINE_BUSY',
    })
    await board.close()
    const handle = await second.request({ lines: [17], settings: { direction: 'input' } })
    expect([standin.running, handle.get()]).toEqual([true, 0])
    await second.close()
    expect(standin.running).toBe(false)
  })
})
