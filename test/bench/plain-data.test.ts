/** What JSON can hold, what it cannot, and copies that share nothing. */

import { runInNewContext } from 'node:vm'
import { afterEach, describe, expect, it } from 'vitest'
import { copyData, findUnholdable, getOwn, putOwn } from '../../src/bench/plain-data.js'

const nested = (levels: number): unknown => {
  let value: unknown = 1
  for (let level = 0; level < levels; level++) value = [value]
  return value
}

function circle(): unknown {
  const value: Record<string, unknown> = { list: [1] }
  ;(value.list as unknown[]).push({ back: value })
  return value
}

/** Lists in lists, each twice in the next: few objects, and 2^levels values as JSON. */
function doubled(levels: number): unknown {
  let value: unknown = [1]
  for (let level = 0; level < levels; level++) value = [value, value]
  return value
}

describe('findUnholdable lets pass', () => {
  const shared = { on: true }
  it.each([
    ['a text', 'x'],
    ['a number', -1.5e300],
    ['-0', -0],
    ['null', null],
    ['lists and objects in each other', { a: [1, { b: [null, 'x', false] }] }],
    ['an object without a prototype', Object.assign(Object.create(null), { a: 1 })],
    ['an object of another realm', runInNewContext('({ a: [1, { b: 2 }] })')],
    ['a property that is undefined', { a: undefined }],
    ['a property named by a symbol', { [Symbol('a')]: () => 1 }],
    ['the same object twice', [shared, { shared }]],
    ['a key that objects inherit', JSON.parse('{ "__proto__": 1, "constructor": 2, "toString": 3 }')],
    ['data named toJSON', { toJSON: 'x' }],
    ['200 levels', nested(200)],
    ['a list of a million', new Array(1e6).fill(1)],
  ])('%s', (_what, value) => {
    expect(findUnholdable(value)).toBeUndefined()
  })
})

describe('findUnholdable finds', () => {
  class Reading {
    value = 1
  }
  it.each([
    ['NaN', { a: [0, Number.NaN] }, ['a', 1], 'is NaN, which JSON cannot hold'],
    ['-Infinity', { a: -Infinity }, ['a'], 'is -Infinity, which JSON cannot hold'],
    ['a BigInt', { a: 1n }, ['a'], 'is a BigInt, which JSON cannot hold'],
    ['a function', [() => 1], [0], 'is a function, which JSON cannot hold'],
    ['a symbol', [Symbol('a')], [0], 'is a symbol, which JSON cannot hold'],
    ['undefined itself', undefined, [], 'is undefined, which JSON cannot hold'],
    ['an undefined item', [1, undefined], [1], 'is undefined, which JSON cannot hold'],
    // biome-ignore lint/suspicious/noSparseArray: that is what is tested
    ['a hole in a list', [1, , 2], [1], 'is undefined, which JSON cannot hold'],
    ['the first of two', { a: 1n, b: Number.NaN }, ['a'], 'is a BigInt, which JSON cannot hold'],
  ])('%s', (_what, value, path, message) => {
    expect(findUnholdable(value)).toEqual({ path, message, opaque: false })
  })

  it.each([
    ['a Date', { at: new Date(0) }, ['at'], 'is an instance of Date, which JSON cannot hold'],
    ['a Map', new Map(), [], 'is an instance of Map, which JSON cannot hold'],
    ['a Buffer', { raw: Buffer.from('x') }, ['raw'], 'is an instance of Buffer, which JSON cannot hold'],
    ['an Error', [new TypeError('x')], [0], 'is an instance of TypeError, which JSON cannot hold'],
    ['a promise', Promise.resolve(1), [], 'is an instance of Promise, which JSON cannot hold'],
    ['a number in an object', Object(5), [], 'is an instance of Number, which JSON cannot hold'],
    ['an instance of a class', new Reading(), [], 'is an instance of Reading, which JSON cannot hold'],
    ['an object that inherits', Object.create({ line: 17 }), [], 'is not a plain object, which JSON cannot hold'],
    ['an object with its own JSON', { toJSON: () => 1 }, [], 'is an object with toJSON(), which JSON cannot hold'],
    [
      'a list with its own JSON',
      Object.assign([1], { toJSON: () => 1 }),
      [],
      'is an object with toJSON(), which JSON cannot hold',
    ],
    ['a circle', circle(), ['list', 1, 'back'], 'is circular, which JSON cannot hold'],
    ['201 levels', { deep: nested(200) }, ['deep', ...new Array(199).fill(0)], 'is nested deeper than 200 levels'],
    ['100,000 levels', nested(100_000), new Array(200).fill(0), 'is nested deeper than 200 levels'],
    ['lists that multiply each other', { a: doubled(60) }, [], 'has more than 10,000,000 values'],
  ])('%s, of which a schema can say nothing', (_what, value, path, message) => {
    expect(findUnholdable(value)).toEqual({ path, message, opaque: true })
  })
})

describe('a copy of data', () => {
  it('is equal and shares no object', () => {
    const value = { a: [{ b: 1 }], c: { d: null } }
    const copy = copyData(value) as typeof value
    expect(copy).toEqual(value)
    expect([copy === value, copy.a === value.a, copy.a[0] === value.a[0], copy.c === value.c]).not.toContain(true)
  })

  it('leaves out what JSON leaves out', () => {
    const value = { a: undefined, b: 1, [Symbol('c')]: 2 }
    Object.defineProperty(value, 'd', { value: 3, enumerable: false })
    expect(Reflect.ownKeys(copyData(value) as object)).toEqual(['b'])
  })

  it('has Object.prototype, whatever the original has', () => {
    expect(Object.getPrototypeOf(copyData(Object.create(null)))).toBe(Object.prototype)
  })
})

describe('the key __proto__', () => {
  afterEach(() => expect('polluted' in {}).toBe(false))
  const value = JSON.parse('{ "__proto__": { "polluted": true }, "a": { "__proto__": null } }')

  it('is a key like any other in a copy', () => {
    const copy = copyData(value) as Record<string, unknown>
    expect(JSON.stringify(copy)).toBe(JSON.stringify(value))
    expect(copy.polluted).toBeUndefined()
  })

  it('is set without changing the prototype', () => {
    const target: Record<string, unknown> = {}
    putOwn(target, '__proto__', { polluted: true })
    expect(Object.getPrototypeOf(target)).toBe(Object.prototype)
    expect(getOwn(target, '__proto__')).toEqual({ polluted: true })
    putOwn(target, '__proto__', 2)
    expect(JSON.stringify(target)).toBe('{"__proto__":2}')
  })
})

describe('the own property of a name', () => {
  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('is undefined for the inherited %s', key => {
    expect(getOwn({}, key)).toBeUndefined()
  })

  it('is there in an object without a prototype too', () => {
    expect(getOwn(Object.assign(Object.create(null), { a: 1 }), 'a')).toBe(1)
  })
})
