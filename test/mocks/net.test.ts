import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Bias, Drive, Level, LineHandle } from '../../drivers/driver.js'
import type { OutsideLevel } from '../../mocks/outside.js'
import { openBoard } from './setup.js'

/** Everything that is wired to the line in the model. */
interface Wired {
  own: Level | 'floating'
  pull: Level | 'none'
  readonly outside: OutsideLevel[]
  level: Level
}

/** The rule, written anew and slowly: what a person would say looking at the schematic. */
function modelLevel({ own, pull, outside, level }: Wired): Level {
  const strong = [own, ...outside].filter(push => push === 'low' || push === 'high')
  if (strong.length > 0) return strong.every(push => push === 'high') ? 'high' : 'low'
  const resistors = new Set(outside.filter(push => push === 'pull-up' || push === 'pull-down'))
  if (resistors.size === 1) return resistors.has('pull-up') ? 'high' : 'low'
  if (resistors.size === 2 || pull === 'none') return level
  return pull
}

const isShorted = ({ own, outside }: Wired): boolean =>
  [own, ...outside].includes('low') && [own, ...outside].includes('high')

type Operation =
  | { readonly kind: 'outside'; readonly who: number; readonly level: OutsideLevel }
  | { readonly kind: 'output'; readonly bias: Bias; readonly drive: Drive; readonly initial: 0 | 1 }
  | { readonly kind: 'input'; readonly bias: Bias }
  | { readonly kind: 'set'; readonly value: 0 | 1 }
  | { readonly kind: 'release' }

const bias = fc.constantFrom<Bias>('as-is', 'disabled', 'pull-up', 'pull-down')
const bit = fc.constantFrom<0 | 1>(0, 1)
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({
    kind: fc.constant('outside' as const),
    who: fc.nat(2),
    level: fc.constantFrom<OutsideLevel>('low', 'high', 'floating', 'pull-up', 'pull-down'),
  }),
  fc.record({
    kind: fc.constant('output' as const),
    bias,
    drive: fc.constantFrom<Drive>('push-pull', 'open-drain', 'open-source'),
    initial: bit,
  }),
  fc.record({ kind: fc.constant('input' as const), bias }),
  fc.record({ kind: fc.constant('set' as const), value: bit }),
  fc.record({ kind: fc.constant('release' as const) }),
)

const pushes = {
  'push-pull': ['low', 'high'],
  'open-drain': ['low', 'floating'],
  'open-source': ['floating', 'high'],
} as const
const pulls = { disabled: 'none', 'pull-up': 'high', 'pull-down': 'low' } as const

describe('the level of a line', () => {
  it('follows from who drives it, whatever happened before', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(5, 17, 40), fc.array(operation, { maxLength: 30 }), async (line, operations) => {
        const { board } = openBoard()
        const outside = [0, 1, 2].map(who => board.outside(line, `part ${who}`))
        const wired: Wired = {
          own: 'floating',
          pull: line === 5 ? 'high' : line === 17 ? 'low' : 'none',
          outside: ['floating', 'floating', 'floating'],
          level: line === 5 ? 'high' : 'low',
        }
        let handle: LineHandle | undefined
        let drive: Drive | undefined
        let changes = 0
        let shorts = 0
        for (const op of operations) {
          const shorted = isShorted(wired)
          if (op.kind === 'outside') {
            outside[op.who]!.drive(op.level)
            wired.outside[op.who] = op.level
          } else if (op.kind === 'set') {
            if (!handle || !drive) continue
            handle.set(op.value)
            wired.own = pushes[drive][op.value]
          } else if (op.kind === 'release') {
            handle?.release()
            handle = undefined
            drive = undefined
            wired.own = 'floating'
          } else {
            const settings =
              op.kind === 'input'
                ? { direction: 'input' as const, bias: op.bias }
                : { direction: 'output' as const, bias: op.bias, drive: op.drive, initial: op.initial }
            if (handle) handle.reconfigure(settings)
            else handle = await board.request({ lines: [line], settings })
            drive = op.kind === 'output' ? op.drive : undefined
            wired.own = op.kind === 'output' ? pushes[op.drive][op.initial] : 'floating'
            if (op.bias !== 'as-is') wired.pull = pulls[op.bias]
          }
          const level = modelLevel(wired)
          if (level !== wired.level) changes++
          if (isShorted(wired) && !shorted) shorts++
          wired.level = level
          expect(board.level(line)).toBe(level)
          if (handle) expect(handle.get()).toBe(level === 'high' ? 1 : 0)
        }
        expect(board.trace.length).toBe(changes)
        expect(board.contentions.length).toBe(shorts)
        expect(board.contentions.some(contention => contention.end === undefined)).toBe(isShorted(wired))
      }),
      { numRuns: 300 },
    )
  })

  it('is the pull of a Pi after a reset where nobody drives: GPIO0 to 8 high, 9 to 27 low', () => {
    const { board } = openBoard()
    const levels = Array.from({ length: 28 }, (_, line) => board.level(line))
    expect(levels).toEqual([...Array(9).fill('high'), ...Array(19).fill('low')])
  })

  it('stays as it was when the last one who drove lets go and there is no pull', () => {
    const { board } = openBoard()
    board.drive(40, 'high')
    board.drive(40, 'floating')
    expect(board.level(40)).toBe('high')
  })

  it('is high on GPIO2 even against the pull-down of the chip, because of the resistor on the board', async () => {
    const { board } = openBoard()
    const handle = await board.request({ lines: [2], settings: { direction: 'input', bias: 'pull-down' } })
    expect(handle.get()).toBe(1)
  })

  it('needs two outside drivers to let go before the pull decides', () => {
    const { board } = openBoard()
    const first = board.outside(17, 'first')
    const second = board.outside(17, 'second')
    first.drive('high')
    second.drive('high')
    first.drive('floating')
    expect(board.level(17)).toBe('high')
    second.drive('floating')
    expect(board.level(17)).toBe('low')
  })

  it('is not let go between a resistor and a push to the same side', () => {
    const { board } = openBoard()
    const part = board.outside(17, 'sensor')
    part.drive('high')
    part.drive('pull-up')
    part.drive('high')
    expect([...board.trace].map(change => change.level)).toEqual(['high'])
  })
})

describe('an outside driver', () => {
  it('takes its push with it when it is released, and can push no more', () => {
    const { board } = openBoard()
    const part = board.outside(17, 'sensor')
    part.drive('high')
    part.release()
    expect(board.level(17)).toBe('low')
    expect(() => part.drive('high')).toThrow(expect.objectContaining({ code: 'ERR_RELEASED' }))
  })

  it('refuses a level that is none', () => {
    const { board } = openBoard()
    expect(() => board.drive(17, 'hi' as 'high')).toThrow(expect.objectContaining({ code: 'ERR_BAD_OPTION' }))
  })
})

describe('a short circuit', () => {
  it('is recorded with its times and with who drove which way', async () => {
    const { board, clock } = openBoard()
    const handle = await board.request({
      lines: [17],
      settings: { direction: 'output', initial: 1 },
      consumer: 'pump',
    })
    await clock.reach(100)
    board.outside(17, 'stuck switch').drive('low')
    await clock.reach(300)
    handle.set(0)
    expect(board.contentions).toEqual([{ line: 17, time: 100, end: 300, low: ['stuck switch'], high: ['pump'] }])
  })

  it('is told when it begins', async () => {
    const { board } = openBoard()
    const heard: number[] = []
    board.onContention(contention => heard.push(contention.line))
    board.drive(17, 'high')
    await board.request({ lines: [17], settings: { direction: 'output', initial: 0 } })
    expect(heard).toEqual([17])
  })

  it('does not arise when an open-drain output lets an outside driver have its way', async () => {
    const { board } = openBoard()
    board.drive(17, 'high')
    const settings = { direction: 'output', drive: 'open-drain', initial: 1 } as const
    const handle = await board.request({ lines: [17], settings })
    expect(handle.get()).toBe(1)
    expect(board.contentions).toEqual([])
  })
})
