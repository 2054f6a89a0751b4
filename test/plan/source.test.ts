import { describe, expect, it } from 'vitest'
import { isPiWorkerError, PiWorkerError } from '../../src/errors.js'
import { formatPlace, problemsOf } from '../../src/plan/place.js'
import { PlanSource } from '../../src/plan/source.js'

const read = (text: string) => new PlanSource(text, 'a.yaml')

function refusalOf(text: string): PiWorkerError {
  try {
    read(text)
  } catch (error) {
    if (isPiWorkerError(error)) return error
    throw error
  }
  throw new PiWorkerError('ERR_BAD_OUTPUT', 'the text was accepted')
}

const where = (text: string) => {
  const { code, place } = refusalOf(text)
  return `${code} ${place}`
}

describe('what a plan file says', () => {
  it('reads YAML', () => {
    expect(read('name: x\nplan:\n  - wait: 1s\n').value).toEqual({ name: 'x', plan: [{ wait: '1s' }] })
  })

  it('reads JSON', () => {
    expect(read('{"name": "x", "plan": [{"wait": 5}]}').value).toEqual({ name: 'x', plan: [{ wait: 5 }] })
  })

  it('takes keys as text, whatever they look like', () => {
    expect(read('17: a\nnull: b\n').value).toEqual({ 17: 'a', null: 'b' })
  })

  it('keeps on, off, yes and no as text', () => {
    expect(read('%YAML 1.1\n---\na: [on, off, yes, no]').value).toEqual({ a: ['on', 'off', 'yes', 'no'] })
  })

  it('puts in what an alias stands for, each time anew', () => {
    const value = read('a: &x {w: 1}\nb: *x\nc: &x 2\nd: *x').value as Record<string, unknown>
    expect(value).toEqual({ a: { w: 1 }, b: { w: 1 }, c: 2, d: 2 })
    expect(value.a).not.toBe(value.b)
  })

  it('takes __proto__ for a key like any other', () => {
    const value = read('__proto__: {polluted: true}').value as object
    expect(Object.keys(value)).toEqual(['__proto__'])
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
  })

  it('reads a file that starts with a byte order mark', () => {
    expect(read('\ufeffa: 1').value).toEqual({ a: 1 })
  })

  it('reads Windows line ends and counts them as one', () => {
    const source = read('a: 1\r\nb: 2\r\n')
    expect(formatPlace(source.place(['b']))).toBe('a.yaml:2:4')
    expect(source.place(['b']).excerpt).toBe('b: 2')
  })
})

describe('places', () => {
  const source = read(
    'bench:\n  pump: { type: output, line: 17 }\nplan:\n  - pump.pulse:\n      width: 2s\n  - pump.on:\n',
  )
  const at = (path: (string | number)[], what?: 'key') => formatPlace(source.place(path, what))

  it('are of the value', () => {
    expect(at(['bench', 'pump', 'line'])).toBe('a.yaml:2:31')
  })

  it('are of the key when the key is asked for', () => {
    expect(at(['bench', 'pump', 'line'], 'key')).toBe('a.yaml:2:25')
  })

  it('go into sequences', () => {
    expect(at(['plan', 0, 'pump.pulse', 'width'])).toBe('a.yaml:5:14')
  })

  it('are of the key when the value is left empty', () => {
    expect(at(['plan', 1, 'pump.on'])).toBe('a.yaml:6:5')
  })

  it('are of what is around something that is not there', () => {
    expect(at(['bench', 'pump', 'safe'])).toBe('a.yaml:2:9')
  })

  it('are where the anchor is, for what an alias stands for', () => {
    const aliased = read('a: &x { w: 1 }\nb: *x')
    expect(formatPlace(aliased.place(['b', 'w']))).toBe('a.yaml:1:12')
  })

  it('show the line, cut around the column when it is long', () => {
    const long = read(`a: ${'x'.repeat(500)}\nb: [${'1, '.repeat(200)}oops]`)
    const place = long.place(['b', 200])
    expect(place.excerpt.length).toBeLessThan(110)
    expect(place.excerpt.slice(place.caret, place.caret + 4)).toBe('oops')
  })
})

describe('what is refused', () => {
  it.each([
    ['nothing at all', ''],
    ['white space', ' \n\n'],
    ['comments only', '# a plan\n# to come\n'],
    ['a lone document mark', '---\n'],
    ['null', '~'],
  ])('is an empty file: %s', (_what, text) => {
    expect(where(text)).toBe('ERR_PLAN_EMPTY a.yaml:1:1')
  })

  it.each([
    ['an unclosed bracket', 'name: x\nplan: [1, 2\n', 'a.yaml:2:7'],
    ['a tab for indentation', 'a:\n\tb: 1\n', 'a.yaml:2:1'],
    ['a wrong indentation', 'a:\n    b: 1\n  c: 2\n', 'a.yaml:3:3'],
    ['a duplicate key', 'name: x\nplan: []\nname: y\n', 'a.yaml:3:1'],
    ['a duplicate key deep in a flow', 'a: { b: 1, b: 2 }', 'a.yaml:1:12'],
    ['several documents', 'a: 1\n---\nb: 2\n', 'a.yaml:2:1'],
    ['an alias of nothing', 'a: 1\nb: *nobody\n', 'a.yaml:2:4'],
    ['an alias before its anchor', 'a: *x\nb: &x 1\n', 'a.yaml:1:4'],
    ['an alias of itself', 'a: &x\n  b: *x\n', 'a.yaml:2:6'],
    ['a mapping as a key', '{a: 1}: 2', 'a.yaml:1:1'],
    ['an unknown tag', 'a: !secret x', 'a.yaml:1:4'],
    ['a typed tag', 'a: !!binary aGVsbG8=', 'a.yaml:1:4'],
    ['a NUL byte', 'a: 1\nb: \0\n', 'a.yaml:2:4'],
    ['endless directives', '%A b\n'.repeat(100), 'a.yaml:17:5'],
  ])('is a syntax error with its line and column: %s', (_what, text, place) => {
    expect(where(text)).toBe(`ERR_PLAN_SYNTAX ${place}`)
  })

  it('is said for several lines at once, in their order', () => {
    const error = refusalOf('a: @x\nb: `y\n')
    expect(problemsOf(error).length).toBeGreaterThan(1)
    const lines = problemsOf(error).map(problem => problem.place.line)
    expect(lines).toEqual([...lines].sort((a, b) => a - b))
  })

  it.each([
    ['before a key', 'a:\n\tb: 1\n'],
    ['before a key, after spaces', 'a:\n  b: 1\n  \tc: 1\n'],
    ['before an item', 'a:\n\t- 1\n'],
    ['after a dash', 'a:\n  -\tb: 1\n    c: 2\n'],
    ['in a flow', 'a:\n  b: {\n\tc: 1 }\n'],
  ])('tells what to write for a tab: %s', (_what, text) => {
    expect(refusalOf(text).remedy).toBe('Use spaces to indent, here and below: YAML takes no tabs there.')
  })

  it('says it once, though every line has one', () => {
    expect(problemsOf(refusalOf('a:\n\tb:\n\t\tc: 1\n\td: 2\n\t  e: 3\n'))).toHaveLength(1)
  })

  it('does not blame a tab that does no harm', () => {
    expect(read('a:\n  b:\t1\n').value).toEqual({ a: { b: 1 } })
    expect(refusalOf('a: 1\nb: [\t1\n').remedy).toBe('Add the ] that is missing.')
  })

  it('says where a duplicate key was first', () => {
    expect(refusalOf('name: x\nplan: []\nname: y\n').message).toContain('first on line 1')
  })

  it('is a file whose aliases expand without end, before anything is expanded far', () => {
    const levels = Array.from({ length: 30 }, (_, n) => `l${n + 1}: &l${n + 1} [${Array(9).fill(`*l${n}`).join(', ')}]`)
    expect(where(`l0: &l0 lol\n${levels.join('\n')}\n`)).toMatch(/^ERR_PLAN_TOO_LARGE a\.yaml:\d+:\d+$/)
  })

  it('is a chain of aliases that nests too deep', () => {
    const levels = Array.from({ length: 200 }, (_, n) => `l${n + 1}: &l${n + 1} [*l${n}]`)
    expect(where(`l0: &l0 lol\n${levels.join('\n')}\n`)).toMatch(/^ERR_PLAN_TOO_LARGE/)
  })

  it.each([
    ['[', '['.repeat(500_000)],
    ['{', '{'.repeat(500_000)],
    ['[]', '['.repeat(250_000) + ']'.repeat(250_000)],
    ['- ', '- '.repeat(250_000)],
    ['? ', '? '.repeat(250_000)],
    ['{a: ', '{a: '.repeat(100_000)],
    ['indented keys', Array.from({ length: 500 }, (_, n) => `${' '.repeat(n)}a:`).join('\n')],
  ])('is nesting without end: %s', (_what, text) => {
    expect(where(text)).toMatch(/^ERR_PLAN_TOO_LARGE a\.yaml:\d+:\d+$/)
  })

  it.each([
    ['a million values', `[${'1,'.repeat(500_000)}]`],
    ['a million quotes', '"'.repeat(1_000_000)],
    ['a million anchors', '&a '.repeat(300_000)],
  ])('is a file of too many tokens: %s', (_what, text) => {
    expect(where(text)).toMatch(/^ERR_PLAN_TOO_LARGE/)
  })

  it('accepts nesting that a person could write', () => {
    const depth = 50
    expect(() => read('[a, '.repeat(depth) + ']'.repeat(depth))).not.toThrow()
  })
})
