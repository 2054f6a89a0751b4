import { afterEach, describe, expect, it, vi } from 'vitest'
import { openBoard } from './setup.js'

describe('a listener of levels', () => {
  it('is told at once, of every line or of one', () => {
    const { board } = openBoard()
    const all: number[] = []
    const one: number[] = []
    board.onLevel(line => all.push(line))
    board.onLevel(line => one.push(line), 27)
    board.drive(17, 'high')
    board.drive(27, 'high')
    expect([all, one]).toEqual([[17, 27], [27]])
  })

  it('hears changes in their order, also those that another listener makes in answer', () => {
    const { board } = openBoard()
    const order: string[] = []
    board.onLevel((_line, level) => board.drive(27, level), 17)
    board.onLevel((_line, level) => board.drive(22, level), 27)
    board.onLevel((line, level) => order.push(`${line} ${level}`))
    board.drive(17, 'high')
    board.drive(17, 'low')
    expect(order).toEqual(['17 high', '27 high', '22 high', '17 low', '27 low', '22 low'])
    expect(order).toEqual([...board.trace].map(change => `${change.line} ${change.level}`))
  })

  it('is not called inside a call of another', () => {
    const { board } = openBoard()
    let depth = 0
    let deepest = 0
    board.onLevel(line => {
      depth++
      deepest = Math.max(deepest, depth)
      if (line < 50) board.drive(line + 1, 'high')
      depth--
    })
    board.drive(20, 'high')
    expect(board.level(50)).toBe('high')
    expect(deepest).toBe(1)
  })

  it('is told the level of the change, even when the line has moved on since', () => {
    const { board } = openBoard()
    const heard: string[] = []
    board.onLevel((_line, level) => level === 'high' && board.drive(17, 'low'), 17)
    board.onLevel((_line, level) => heard.push(level), 17)
    board.drive(17, 'high')
    expect(heard).toEqual(['high', 'low'])
  })

  it('hears nothing of what happened before it came, and everything since', () => {
    const { board } = openBoard()
    const heard: string[] = []
    let added = false
    board.onLevel((_line, level) => {
      if (level === 'high') board.drive(17, 'low')
      if (!added) board.onLevel((_other, since) => heard.push(since), 17)
      added = true
    }, 17)
    board.drive(17, 'high')
    expect(heard).toEqual([])
    board.drive(17, 'high')
    expect(heard).toEqual(['high', 'low'])
  })

  it('hears nothing after it left', () => {
    const { board } = openBoard()
    const heard: string[] = []
    const stop = board.onLevel((_line, level) => heard.push(level))
    board.drive(17, 'high')
    stop()
    stop()
    board.drive(17, 'low')
    expect(heard).toEqual(['high'])
  })

  it('that has been removed by another is not called any more', () => {
    const { board } = openBoard()
    const heard: string[] = []
    board.onLevel(() => stop())
    const stop = board.onLevel((_line, level) => heard.push(level))
    board.drive(17, 'high')
    expect(heard).toEqual([])
  })

  it('that feeds its line back without delay is refused instead of hanging', () => {
    const { board } = openBoard()
    board.onLevel((_line, level) => board.drive(17, level === 'high' ? 'low' : 'high'), 17)
    expect(() => board.drive(17, 'high')).toThrow(/GPIO17 is part of a loop/)
  })
})

describe('a listener of levels that throws', () => {
  afterEach(() => vi.restoreAllMocks())

  it('disturbs neither the one who changes the line nor other listeners, and is an uncaught exception', async () => {
    const { board } = openBoard()
    const handle = await board.request({ lines: [17], settings: { direction: 'output' } })
    const microtasks: (() => void)[] = []
    vi.spyOn(globalThis, 'queueMicrotask').mockImplementation(callback => void microtasks.push(callback))
    const heard: string[] = []
    board.onLevel(() => {
      throw new RangeError('of the listener')
    })
    board.onLevel((_line, level) => heard.push(level))
    handle.set(1)
    expect(heard).toEqual(['high'])
    expect(() => microtasks.shift()?.()).toThrow(new RangeError('of the listener'))
  })
})
