/** What a person who slips in YAML is told: what was forgotten, and where, rather than what the parser made of it. */

import { describe, expect, it } from 'vitest'
import { isPiWorkerError, PiWorkerError } from '../../src/errors.js'
import { problemsOf } from '../../src/plan/place.js'
import { PlanSource } from '../../src/plan/source.js'

/** What is said of a text: each place and message with its remedy. */
function said(text: string): string[] {
  try {
    new PlanSource(text, 'a.yaml')
  } catch (error) {
    if (!isPiWorkerError(error)) throw error
    return problemsOf(error).map(({ place, message, remedy }) => `${place.line}:${place.column} ${message} | ${remedy}`)
  }
  throw new PiWorkerError('ERR_BAD_OUTPUT', 'the text was accepted')
}

describe('a comma that is missing', () => {
  const REMEDY = 'Put a comma before it.'

  it.each([
    ['after a word', 'bench:\n  lamp: { type: output line: GPIO17 }\n', '2:24', 'line'],
    ['with Windows line ends', 'bench:\r\n  lamp: { type: output line: GPIO17 }\r\n', '2:24', 'line'],
    ['after a quote', 'a: { b: "x: y" c: 1 }\n', '1:16', 'c'],
    ['between lines', 'lamp: {\n  line: 17\n  type: output\n}\n', '3:3', 'type'],
    ['in JSON', '{\n  "a": 1\n  "b": 2\n}\n', '3:3', '"b"'],
    ['in a list of texts', 'a: [ "x" "y" ]\n', '1:10', '"y"'],
    ['in a list of maps', 'a: [ { b: 1 } { c: 1 } ]\n', '1:15', '{'],
  ])('is told with the word that it belongs before: %s', (_where, text, place, word) => {
    expect(said(text)).toEqual([`${place} a comma is missing before ${word} | ${REMEDY}`])
  })

  it('is told for each line', () => {
    const text = 'bench:\n  a: { type: input line: 4 }\n  b: { type: input line: 5 }\n'
    expect(said(text)).toEqual([
      `2:20 a comma is missing before line | ${REMEDY}`,
      `3:20 a comma is missing before line | ${REMEDY}`,
    ])
  })
})

describe('a line that is indented differently', () => {
  const BENCH = 'bench:\n  lamp: { type: output }\n'

  it.each([
    [
      'an item after one that is text, more than that',
      `${BENCH}plan:\n  - lamp.on\n    - wait: 2s\n`,
      '5:5 the line is indented by 4 spaces; line 4 by 2 | Indent it by 2 spaces, as line 4 is.',
    ],
    [
      'an item, less than those before it',
      `${BENCH}plan:\n  - wait: 1s\n - wait: 2s\n`,
      '5:2 the line is indented by 1 space; line 4 by 2 | Indent it by 2 spaces, as line 4 is.',
    ],
    [
      'an item between two lists',
      'plan:\n  - repeat: 3\n    do:\n    - wait: 1s\n   - wait: 2s\n',
      '5:4 the line is indented by 3 spaces; line 4 by 4, line 2 by 2 | ' +
        'Indent it by 4 spaces, as line 4 is; or by 2 spaces, as line 2 is.',
    ],
    [
      'a key, more than the one before it',
      `${BENCH}   relay: { type: output }\n`,
      '3:4 the line is indented by 3 spaces; line 2 by 2 | Indent it by 2 spaces, as line 2 is.',
    ],
    [
      'a key, more than the one before it, which has a value',
      'bench:\n  lamp:\n    type: output\n     line: 17\n',
      '4:6 the line is indented by 5 spaces; line 3 by 4 | Indent it by 4 spaces, as line 3 is.',
    ],
    [
      'a key of a step, less than its first',
      'plan:\n  - repeat: 3\n   do:\n    - wait: 1s\n',
      '3:4 the line is indented by 3 spaces; line 2 by 4 | Indent it by 4 spaces, as line 2 is.',
    ],
    [
      'a key of a step, more than its first',
      'plan:\n  - repeat: 3\n     do:\n    - wait: 1s\n',
      '3:6 the line is indented by 5 spaces; line 2 by 4 | Indent it by 4 spaces, as line 2 is.',
    ],
    [
      'the second line of the file, less than its first',
      ' name: x\nplan:\n  - wait: 1s\n',
      '2:1 the line is indented by no spaces; line 1 by 1 | Indent it by 1 space, as line 1 is.',
    ],
    [
      'an item, as the key of its list',
      'plan:\n  - wait: 1s\n- wait: 2s\n',
      '3:1 the line begins with "- ", and line 1, which is indented as it is, is no item of a list | ' +
        'Indent it by 2 spaces, as line 2 is.',
    ],
    [
      'a step without its dash',
      'plan:\n  - wait: 1s\n  wait: 2s\n',
      '3:3 the line begins without "- ", and line 2, which is indented as it is, is an item of a list | ' +
        'Put "- " before it, or indent it by 4 spaces, as what is in line 2 is.',
    ],
    [
      'after comments and empty lines, which do not count',
      `${BENCH}\n# here\n   relay: { type: output }\n`,
      '5:4 the line is indented by 3 spaces; line 2 by 2 | Indent it by 2 spaces, as line 2 is.',
    ],
  ])('is told how the lines around it are: %s', (_what, text, sentence) => {
    expect(said(text)).toEqual([sentence])
  })
})

describe('a space or colon that is missing', () => {
  it.each([
    [
      'a space, in a step',
      'plan:\n  - every:1s\n    do: [ pump.on ]\n',
      '2:10 a space is missing after the colon of every | Write every: 1s',
    ],
    [
      'a space, in a peripheral',
      'bench:\n  lamp:\n    type:output # a relay\n    line: 17\n',
      '3:9 a space is missing after the colon of type | Write type: output',
    ],
    [
      'a space after a dash',
      'plan:\n  - wait: 1s\n  -wait: 2s\n',
      '3:3 a space is missing after the dash | Write "- " before each step, with a space.',
    ],
    [
      'a space after the first dash',
      'plan:\n  -wait: 1s\n  - wait: 2s\n',
      '2:3 a space is missing after the dash | Write "- " before each step, with a space.',
    ],
    [
      'a colon, before a value',
      'plan:\n  - repeat 3\n    do: [ pump.on ]\n',
      '2:11 a colon is missing after "repeat" | Write repeat: 3',
    ],
    [
      'a colon, before a block',
      'bench\n  lamp: { type: output }\n',
      '1:6 a colon is missing after "bench" | Write bench:',
    ],
    [
      'a colon, before a comment',
      'plan:\n  - repeat 3 # rounds\n    do: [ pump.on ]\n',
      '2:11 a colon is missing after "repeat" | Write repeat: 3',
    ],
    ['a colon, with an equals sign', 'name = x\nplan: []\n', '1:5 a colon is missing after "name" | Write name: x'],
  ])('is told with what to write: %s', (_what, text, sentence) => {
    expect(said(text)).toEqual([sentence])
  })
})

describe('a quote or bracket that is not closed', () => {
  it.each([
    ['a double quote', 'name: "x\nplan:\n  - wait: 1s\n', '1:7', 'quote', '"'],
    ['a single quote', "plan:\n  - note: 'x\n  - wait: 1s\n", '2:11', 'quote', "'"],
    ['a quote whose last one is escaped', 'name: "x\\"\nplan: []\n', '1:7', 'quote', '"'],
    ['a brace', 'bench:\n  a: { line: 17\n  b: { line: 18 }\n', '2:6', '{', '}'],
    ['an outer brace', 'bench: { a: { line: 17 }\nplan:\n  - wait: 1s\n', '1:8', '{', '}'],
    ['a bracket', 'plan:\n  - record: [air.read\n  - wait: 1s\n', '2:13', '[', ']'],
    ['a brace, with a comma missing in it', 'a: { b: 1\n c: 2\n', '1:4', '{', '}'],
  ])('is told where it begins: %s', (_what, text, place, what, end) => {
    expect(said(text)).toEqual([
      `${place} the ${what} that begins here is not closed | Add the ${end} that is missing.`,
    ])
  })

  it('is told that a comment has its end', () => {
    expect(said('a: { b: =c # 2 }\nd: 1\n')).toEqual([
      '1:4 the { that begins here is not closed | ' +
        'A # after a space begins a comment, and the } is in it: put the value into quotes.',
    ])
  })

  it('is told that another one closes it', () => {
    expect(said('a: { b: 1 ]\nc: 1\n')).toEqual([
      '1:11 the { before it is closed by ] | Write } in its place, or take it out.',
    ])
  })

  it('is told the other way round too: one that closes nothing', () => {
    expect(said('a: { b: 1 } }\nc: 1\n')).toEqual([
      '1:13 this } closes nothing | Take it out, or add the { that it closes.',
    ])
  })
})

describe('a value that needs quotes or braces', () => {
  it.each([
    [
      'a second key on a line',
      'plan:\n  - pump.pulse: width: 2s\n',
      '2:17 a second key stands on the line | Put braces around it: { width: 2s }, or quotes if it is text.',
    ],
    [
      'a second colon between braces',
      'a: { b: c: d }\n',
      '1:9 a second colon stands after c: a key has one value | ' +
        'Put the value into quotes if it is text, or into braces: { key: value }.',
    ],
    ['a reserved character', 'name: @x # y\n', '1:7 a value cannot begin with @ | Put it into quotes: "@x".'],
    ['a star', 'note: *very* hot\n', '1:7 a value cannot begin with * | Put it into quotes: "*very* hot".'],
    [
      'a tag',
      'a: !c d\n',
      '1:4 a value that begins with ! is a tag, and !c is none that is known here | ' +
        'Put the value into quotes, or leave the tag out.',
    ],
    [
      'an escape',
      'a: "C:\\dir"\n',
      '1:7 \\d means nothing within double quotes | Write the \\ twice, or use single quotes.',
    ],
    [
      'a quote in quotes',
      "a: 'it's'\n",
      "1:8 text stands after the closing quote | Put the quotes around all of it; a ' within single quotes is written ''.",
    ],
    [
      'what stands after a brace',
      'a: { b: 1 }c: 2\n',
      '1:12 something stands after the closing } | Take it out, or put it before the }.',
    ],
    [
      'an item on the line of its key',
      'plan: - wait: 1s\n',
      '1:7 an item of a list stands on the line of its key | Begin it on the next line, or leave the "- " out.',
    ],
    [
      'a comment without its #',
      '# Waters\na plant when it is dry\nname: x\nplan: []\n',
      '2:1 the line is no key with a value | Put a # before it if it is a comment, or a colon after its key.',
    ],
    [
      'a short one, among others',
      'in sips\n# and again\nname: x\n',
      '1:1 the line is no key with a value | Put a # before it if it is a comment, or a colon after its key.',
    ],
    [
      'an anchor without a name',
      'a: { b: & c }\n',
      '1:9 a value that begins with & is an anchor, and this one has no name | Put the value into quotes if it is text.',
    ],
    [
      'a bracket in a value between braces',
      'a: { b: =c[0] }\n',
      '1:11 [ stands within a value that has no quotes | Put the value into quotes.',
    ],
    [
      'a map as a key',
      '{a: 1}: 2',
      '1:1 a list or a map stands where a key should be | ' +
        'Put it into quotes if it is text: what begins with [ or { is a list or a map.',
    ],
    [
      'an empty place in a list',
      'a: [1,, 2]\n',
      '1:7 nothing stands before this comma | Take it out, or write before it what is missing.',
    ],
  ])('is told so: %s', (_what, text, sentence) => {
    expect(said(text)).toEqual([sentence])
  })
})
