import { describe, expect, test } from 'vitest'
import { PiWorkerError } from '../../src/errors.js'
import { toPlain } from '../../src/worker/plain.js'

test.each<[string, unknown, unknown]>([
  ['text, truth and numbers as they are', { a: 'x', b: true, c: -1.5, d: null }, { a: 'x', b: true, c: -1.5, d: null }],
  ['NaN and infinities as null', [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY], [null, null, null]],
  ['a bigint as decimal text', 2n ** 64n, '18446744073709551616'],
  ['undefined as null', undefined, null],
  [
    'functions and symbols as JSON does',
    { f: () => 1, s: Symbol('s'), list: [() => 1, undefined] },
    { list: [null, null] },
  ],
  ['a date as ISO text', new Date(0), '1970-01-01T00:00:00.000Z'],
  ['a date that is none as null', new Date(Number.NaN), null],
  ['a Buffer as base64', Buffer.from([1, 2, 255]), { type: 'Buffer', base64: 'AQL/' }],
  ['a typed array as an array', new Float64Array([0.5, Number.NaN]), [0.5, null]],
  ['a BigInt array as decimal texts', new BigInt64Array([-1n]), ['-1']],
  ['a set as an array', new Set([1, 'two']), [1, 'two']],
  ['a map as its entries', new Map([['a', 1]]), [['a', 1]]],
  ['an error as name and message', new RangeError('too far'), { name: 'RangeError', message: 'too far' }],
  [
    'an error with its code',
    new PiWorkerError('ERR_IO', 'no'),
    { name: 'PiWorkerError', message: 'no', code: 'ERR_IO' },
  ],
  ['what has toJSON by it', { toJSON: () => ({ n: 1n }) }, { n: '1' }],
  [
    'what toJSON gives when that is the object itself',
    Object.assign(
      Object.create({
        toJSON() {
          return this
        },
      }) as object,
      { a: 1 },
    ),
    { a: 1 },
  ],
  [
    'own enumerable fields of an instance',
    new (class {
      a = 1
      get b() {
        return 2
      }
    })(),
    { a: 1 },
  ],
])('%s', (_, value, plain) => {
  expect(toPlain(value)).toEqual(plain)
})

describe('what has no end or cannot be read is replaced', () => {
  test('a circle, but not an object that is only shared', () => {
    const shared = { n: 1 }
    const list: unknown[] = [shared, shared]
    list.push(list)
    expect(toPlain(list)).toEqual([{ n: 1 }, { n: 1 }, '[Circular]'])
  })

  test('a circle through a map, a set and a toJSON', () => {
    const map = new Map<string, unknown>()
    const owner = { toJSON: () => new Set([map]) }
    map.set('owner', owner)
    expect(toPlain(owner)).toEqual([[['owner', '[Circular]']]])
  })

  test('what is nested deeper than 200', () => {
    let deep: unknown = 'bottom'
    for (let i = 0; i < 100_000; i++) deep = [deep]
    const text = JSON.stringify(toPlain(deep))
    expect(text).toBe(`${'['.repeat(200)}"[Too deep]"${']'.repeat(200)}`)
  })

  test('a toJSON that gives something new each time', () => {
    const endless = (): object => ({ toJSON: endless })
    expect(JSON.stringify(toPlain({ a: endless() }))).toBe('{"a":"[Too deep]"}')
  })

  test('more than a million values, shared ones counted each time', () => {
    const row = Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`k${i}`, i]))
    const plain = toPlain(Array(2000).fill(row)) as unknown[]
    let values = 0
    for (const item of plain) values += typeof item === 'object' && item !== null ? Object.keys(item).length : 1
    expect(values).toBeLessThan(1_010_000)
    expect(JSON.stringify(plain)).toContain('[Too large]')
  })

  test('more than a million items of one list', () => {
    const plain = toPlain(new Uint8Array(1_000_010)) as unknown[]
    expect([plain.length < 1_000_010, plain.at(-1)]).toEqual([true, '[Too large]'])
  })

  test('a getter that throws, and the rest is still there', () => {
    const value = {
      a: 1,
      get b() {
        throw new TypeError('no')
      },
      c: 3,
    }
    expect(toPlain(value)).toEqual({ a: 1, b: '[Unreadable]', c: 3 })
  })

  test('a toJSON that throws, a revoked proxy, an error without a message', () => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    const error = new TypeError('x')
    Object.defineProperty(error, 'message', {
      get() {
        throw new TypeError('no')
      },
    })
    const throwing = {
      toJSON() {
        throw new TypeError('no')
      },
    }
    expect(toPlain([throwing, proxy, error, 1])).toEqual(['[Unreadable]', '[Unreadable]', '[Unreadable]', 1])
  })

  test('an iterator that never ends', () => {
    class Endless extends Set<number> {
      override *[Symbol.iterator](): SetIterator<number> {
        for (;;) yield 1
      }
    }
    expect((toPlain(new Endless()) as unknown[]).at(-1)).toBe('[Too large]')
  })
})

test('a field called __proto__ stays a field', () => {
  const plain = toPlain(JSON.parse('{"__proto__": {"polluted": true}}')) as Record<string, unknown>
  expect(Object.hasOwn(plain, '__proto__')).toBe(true)
  expect(plain.polluted).toBeUndefined()
})
