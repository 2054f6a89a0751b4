import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { Output } from '../../src/cli/io.js'
import { answerer } from '../../src/cli/run-ask.js'
import type { Question } from '../../src/plan/rows.js'
import { FakeIo } from './setup.js'

/** What somebody is asked, and what the plan is given when that is typed. */
async function ask(question: Partial<Question>, typed: string) {
  const stdin = Object.assign(new PassThrough(), { isTTY: true })
  const io = Object.assign(new FakeIo({ terminal: true, env: { NO_COLOR: '1' } }), { stdin })
  const asked = answerer({ io, err: new Output(io.stderr, io.env) }, false)
  stdin.end(`${typed}\n`)
  const place = { file: 'plan.yaml', line: 1, column: 1, excerpt: '', caret: 0 }
  const answer = await asked?.({ text: 'How much?', place, ...question }, new AbortController().signal)
  return { said: io.stderr.text, answer }
}

describe('a question of a plan', () => {
  it.each<[string, Partial<Question>, string]>([
    [
      'a unit, a range and a default',
      { param: 'vol', unit: 'ml', min: 1, max: 50, default: '20' },
      '(vol, 1 to 50 ml) [20] ',
    ],
    ['a smallest value', { param: 'vol', min: 0 }, '(vol, at least 0) '],
    ['a largest value', { param: 'vol', unit: 'ml', max: 50 }, '(vol, at most 50 ml) '],
    ['a unit alone', { param: 'vol', unit: 'ml' }, '(vol, in ml) '],
    ['nothing but its parameter', { param: 'vol' }, '(vol) '],
    ['choices', { choices: ['left', 'right'] }, '[left/right] '],
    ['choices and a default', { choices: ['left', 'right'], default: 'left' }, '(left/right) [left] '],
    ['yes or no', {}, '[yes/no] '],
    ['yes or no, and a default', { default: 'yes' }, '(yes/no) [yes] '],
  ])('with %s says so', async (_what, question, hint) => {
    expect((await ask(question, 'x')).said).toBe(`How much? ${hint}`)
  })

  it('leaves it to the plan what an empty answer is', async () => {
    expect((await ask({ param: 'vol', default: '20' }, '')).answer).toBe('')
  })

  it('cannot be told to move the cursor by a unit', async () => {
    expect((await ask({ param: 'vol', unit: '\u001b[2J' }, 'x')).said).not.toContain('\u001b')
  })
})
