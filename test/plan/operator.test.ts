import { describe, expect, it } from 'vitest'
import { PiWorkerError } from '../../src/errors.js'
import type { Question } from '../../src/plan/rows.js'
import { VirtualClock } from '../../src/worker/virtual-clock.js'
import { checked, inPlan, problems, run, valuesOf, withParams } from './plan-text.js'

/** Answers one after the other, and what was asked. */
function answering(...answers: string[]) {
  const asked: Question[] = []
  return {
    asked,
    ask: async (question: Question) => {
      asked.push(question)
      return answers.shift() ?? ''
    },
  }
}
const DOSE = '{ dose: { default: 5, unit: ml, max: 20 } }'

describe('prompt', () => {
  it('asks, and goes on with a yes', async () => {
    const { ask, asked } = answering('yes')
    const { began, notes } = await run(
      withParams(DOSE, '- prompt: { ask: "Is there room for {dose} ml?" }\n- pump.on'),
      { ask },
    )
    expect(asked).toMatchObject([{ text: 'Is there room for 5 ml?', place: { line: 11 } }])
    expect([began, notes]).toEqual([['0 pump.on'], ['Is there room for 5 ml? yes']])
  })

  it('takes nothing for a yes, and asks again', async () => {
    const { ask, asked } = answering('', 'ok')
    const { began } = await run(inPlan('- prompt: { ask: Full? }\n- pump.on'), { ask })
    expect([asked.map(({ text }) => text), began]).toEqual([['Full?', 'Full? (yes or no)'], ['0 pump.on']])
  })

  it('is asked in its turn: two at once are asked one after the other', async () => {
    let open = 0
    let most = 0
    const ask = async ({ text }: Question) => {
      most = Math.max(most, ++open)
      await Promise.resolve()
      open--
      return text === 'a?' ? '1' : '2'
    }
    const text = withParams(
      '{ a: 0, b: 0 }',
      '- parallel: [ prompt: { ask: "a?", param: a }, prompt: { ask: "b?", param: b } ]\n- record: { a: a, b: b }',
    )
    expect([valuesOf((await run(text, { ask })).rows), most]).toEqual([[[1, 2]], 1])
  })

  it('two at once hold the rounds around them up once', async () => {
    const clock = new VirtualClock()
    const ask = () => new Promise<string>(resolve => void clock.after(2e9, () => resolve('yes')))
    const { began } = await run(
      inPlan('- every: 1s\n  times: 2\n  do: [ pump.on, parallel: [ prompt: { ask: "a?" }, prompt: { ask: "b?" } ] ]'),
      { clock, ask },
    )
    expect(began).toEqual(['0 pump.on', '5000 pump.on'])
  })

  it('that waits for its turn lets its own part of the plan end', async () => {
    const clock = new VirtualClock()
    const ask = () => new Promise<string>(resolve => void clock.after(9e9, () => resolve('yes')))
    const { began } = await run(
      inPlan(
        '- parallel:\n  - prompt: { ask: "a?" }\n  - try: [ parallel: [ prompt: { ask: "b?" }, { pump.pulse: { width: 5s }, timeout: 1s } ] ]\n    catch: [ lamp.on ]',
      ),
      { clock, ask },
    )
    expect(began).toEqual(['0 pump.pulse', '1000 lamp.on'])
  })

  it('that waits for its turn is never asked when the plan is stopped', async () => {
    const asked: string[] = []
    const ask = async ({ text }: Question) => {
      asked.push(text)
      return 'no'
    }
    const { result } = await run(inPlan('- parallel: [ prompt: { ask: "a?" }, prompt: { ask: "b?" } ]'), { ask })
    expect([asked, result.outcome]).toEqual([['a?'], 'failed'])
  })

  it('ends the plan with a no', async () => {
    const { result, began } = await run(inPlan('- prompt: { ask: Full? }\n- pump.on'), answering('no'))
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'ERR_QUESTION', place: 'a.yaml:10:5' } })
    expect(began).toEqual([])
  })

  it('puts the answer into a parameter, of its type and in its range, and asks again when it is not', async () => {
    const { ask, asked } = answering('much', '21', '7')
    const { rows } = await run(withParams(DOSE, '- prompt: { ask: Dose?, param: dose }\n- record: { dose: dose }'), {
      ask,
    })
    expect(valuesOf(rows)).toEqual([[7]])
    expect(asked[0]).toMatchObject({ param: 'dose', unit: 'ml', max: 20 })
    expect(asked.map(({ text }) => text)).toEqual([
      'Dose?',
      'Dose? (must be a number, not "much")',
      'Dose? (must be at most 20 ml, not 21)',
    ])
  })

  it('fails after three answers that do not fit', async () => {
    const { result } = await run(inPlan('- prompt: { ask: Which?, choices: [ a, b ] }'), answering('c', 'd', 'e', 'a'))
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'ERR_QUESTION' } })
  })

  it('takes its default for an empty answer, and when nobody can be asked', async () => {
    const text = withParams(DOSE, '- prompt: { ask: Dose?, param: dose, default: 9 }\n- record: { dose: dose }')
    expect([valuesOf((await run(text, answering(''))).rows), valuesOf((await run(text)).rows)]).toEqual([[[9]], [[9]]])
  })

  it('without one fails when nobody can be asked, and the plan says before that it will ask', async () => {
    const text = inPlan('- prompt: { ask: Full? }')
    expect((await run(text)).result).toMatchObject({ outcome: 'failed', error: { code: 'ERR_QUESTION' } })
    expect(checked(text).prompts).toMatchObject([{ text: 'Full?', needed: true, place: { line: 10 } }])
  })

  it('is not asked when its parameter is given', async () => {
    const { ask, asked } = answering('7')
    const text = withParams(DOSE, '- prompt: { ask: Dose?, param: dose }\n- record: { dose: dose }')
    const { rows, plan } = await run(text, { ask, params: { dose: '3' } })
    expect([asked, valuesOf(rows), plan.prompts[0]?.needed]).toEqual([[], [[3]], false])
  })

  it('takes no time of the loops around it: nothing is late for it', async () => {
    const clock = new VirtualClock()
    const ask = () => new Promise<string>(resolve => void clock.after(35e9, () => resolve('yes')))
    const { began, result } = await run(
      inPlan('- every: 10s\n  for: 25s\n  do: [ pump.on, prompt: { ask: Go on? } ]'),
      { clock, ask },
    )
    expect(began).toEqual(['0 pump.on', '45000 pump.on', '90000 pump.on'])
    expect(result.overruns).toBe(0)
  })

  it('is withdrawn when the plan is stopped', async () => {
    const clock = new VirtualClock()
    const stop = new AbortController()
    clock.after(5e9, () => stop.abort())
    let withdrawn = false
    const { result } = await run(inPlan('- prompt: { ask: Full? }'), {
      clock,
      signal: stop.signal,
      ask: (_question, signal) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => {
            withdrawn = true
            reject(signal.reason)
          }),
        ),
    })
    expect([result.outcome, withdrawn]).toEqual(['cancelled', true])
  })

  it('waits in virtual time for as long as it takes', async () => {
    const { result } = await run(inPlan('- prompt: { ask: Full? }\n- pump.on'), {
      ask: async () => {
        for (let turn = 0; turn < 20; turn++) await new Promise(resolve => setImmediate(resolve))
        return 'yes'
      },
    })
    expect(result.outcome).toBe('succeeded')
  })

  it('whose operator cannot be asked fails with why', async () => {
    const { result } = await run(inPlan('- prompt: { ask: Full? }'), {
      ask: async () => {
        throw new PiWorkerError('ERR_IO', 'the terminal is gone')
      },
    })
    expect(result.error).toMatchObject({ code: 'ERR_IO' })
  })

  it.each([
    [
      'a parameter that is not there',
      '{ ask: Dose?, param: does }',
      'ERR_PARAM 11:34 no parameter "does"; did you mean "dose"?',
    ],
    [
      'a default that does not fit',
      '{ ask: Dose?, param: dose, default: 21 }',
      'ERR_PARAM 11:49 dose must be at most 20 ml',
    ],
    [
      'a choice that does not fit',
      '{ ask: Dose?, param: dose, choices: [ 1, x ] }',
      'ERR_PARAM 11:54 dose must be a number',
    ],
    [
      'a default that is no choice',
      '{ ask: Which?, choices: [ a, b ], default: c }',
      'ERR_PARAM 11:56 the default must be one of a, b',
    ],
    ['no question', '{ param: dose }', 'ERR_PLAN_VALUE 11:5 prompt needs "ask"'],
    ['a question with an expression that is wrong', '{ ask: "{dsoe}?" }', 'ERR_EXPRESSION 11:22 =dsoe: no name "dsoe"'],
  ])('is refused with %s', (_what, prompt, expected) => {
    expect(problems(withParams(DOSE, `- prompt: ${prompt}`))).toEqual([expect.stringContaining(expected)])
  })
})

describe('note', () => {
  it('tells a text with the values of now', async () => {
    const { notes } = await run(
      withParams(DOSE, '- air.read\n- note: "{dose * 2} ml at {air.temperature} °C, {{braces}}, {round(1 / 3, 2)}"'),
    )
    expect(notes).toEqual(['10 ml at 21 °C, {braces}, 0.33'])
  })

  it('never ends a plan: what has no value is a question mark', async () => {
    const { notes, result } = await run(inPlan('- parallel:\n  - note: "{air.temperature}"\n  - air.read'))
    expect([notes, result.outcome]).toEqual([['?'], 'succeeded'])
  })
})
