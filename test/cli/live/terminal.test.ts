import { describe, expect, it } from 'vitest'
import { hasUnicode, inForeground, sizeOf } from '../../../src/cli/live/terminal.js'
import { FakeTerminal } from './screen.js'

describe('a terminal', () => {
  it.each([
    [{ LANG: 'de_DE.UTF-8' }, true],
    [{ LANG: 'C' }, false],
    [{ LANG: 'en_US.UTF-8', LC_ALL: 'C' }, false],
    [{ LC_CTYPE: 'C.utf8' }, true],
    [{ LANG: 'C.UTF-8', TERM: 'linux' }, false],
    [{}, false],
  ])('with %j has more than ASCII: %s', (env, expected) => {
    expect(hasUnicode(env)).toBe(expected)
  })

  it('has a usual size where it does not know its own', () => {
    expect(sizeOf(new FakeTerminal(0, 0))).toEqual({ columns: 80, rows: 24 })
  })
})

describe('the process', () => {
  it.each([
    ['has the terminal', '12 (node (x) y) S 1 12 10 34816 12 4194304', true],
    ['has no terminal that could stop it', '12 (node) S 1 12 10 0 -1 4194304', true],
    ['is in the background', '12 (node) S 1 12 10 34816 99 4194304', false],
  ])('%s', (_what, stat, expected) => {
    expect(inForeground(() => stat)).toBe(expected)
  })

  it('has the terminal where the kernel does not tell', () => {
    const missing = () => {
      throw new RangeError('no such file')
    }
    expect(inForeground(missing)).toBe(true)
  })
})
