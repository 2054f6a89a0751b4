import { describe, expect, it } from 'vitest'
import { PiWorkerError } from '../../src/errors.js'
import { peripherals } from '../../src/peripherals/index.js'
import { checkPlan } from '../../src/plan/check.js'
import { problemsOf } from '../../src/plan/place.js'
import { planSchema } from '../../src/plan/schema.js'
import { PlanSource } from '../../src/plan/source.js'
import { planFile, runMain, tempFile } from '../cli/setup.js'

const plan = (stop: string, simulate = '', line = 17): string => `bench:
  pump: { type: output, line: ${line} }
${stop}
plan:
  - pump.pulse: { width: 10s }
${simulate}`

const source = (text: string) => new PlanSource(text, 'a.yaml')

function problems(text: string) {
  try {
    checkPlan(source(text))
  } catch (error) {
    if (!(error instanceof PiWorkerError)) throw error
    return problemsOf(error).map(({ code, message, place }) => [code, message, place.line, place.column])
  }
  return []
}

describe('the stop line of a plan file', () => {
  it('is handed on as it is written', () => {
    expect(checkPlan(source(plan('stop: { line: GPIO5, debounce: 20ms }'))).stop).toEqual({
      line: 'GPIO5',
      debounce: '20ms',
    })
    expect(checkPlan(source(plan(''))).stop).toBeUndefined()
  })

  it.each([
    ['stop: GPIO5', 'ERR_PLAN_VALUE', 'stop must be an object with a line'],
    ['stop: { bias: pull-up }', 'ERR_PLAN_VALUE', 'line'],
    ['stop: { line: GPIO5, closed: low }', 'ERR_PLAN_KEY', 'closed'],
    ['stop: { line: GPIO5, open: low }', 'ERR_PLAN_VALUE', 'cannot be low with pull-up'],
    ['stop: { line: GPIO17 }', 'ERR_LINE_CLAIMED', 'GPIO17'],
  ])('that is wrong is said with its place: %s', (stop, code, message) => {
    expect(problems(plan(stop))).toEqual([
      [code, expect.stringContaining(message), expect.any(Number), expect.any(Number)],
    ])
  })

  it('that two want is said once, at the second', () => {
    expect(problems(plan('stop: { line: GPIO5 }', '', 5))).toEqual([
      ['ERR_LINE_CLAIMED', 'stop.line and pump.line both want GPIO5; the first is at a.yaml:3:15', 2, 31],
    ])
  })

  it('can be simulated, and only when it is there', () => {
    const simulate = 'simulate:\n  stop: { presses: [{ at: 3s }] }'
    expect(checkPlan(source(plan('stop: { line: GPIO5 }', simulate))).simulate).toEqual({
      stop: { presses: [{ at: '3s' }] },
    })
    expect(problems(plan('', simulate))[0]?.[0]).toBe('ERR_UNKNOWN_PERIPHERAL')
    expect(problems(plan('stop: { line: GPIO5 }', 'simulate:\n  stop: { press: 3s }'))[0]?.[0]).toBe('ERR_PLAN_KEY')
  })

  it('is in the published schema', () => {
    expect(planSchema(peripherals)).toMatchObject({
      properties: { stop: { properties: { line: {}, open: { enum: ['high', 'low'] } }, required: ['line'] } },
    })
  })
})

describe('pi-worker run with a stop line', () => {
  it('ends the plan when it opens: exit code 5, with who and why', async () => {
    const file = tempFile(plan('stop: { line: GPIO5 }', 'simulate:\n  stop: { presses: [{ at: 3s }] }'))
    const { code, stdout, stderr } = await runMain(['run', file, '--driver', 'mock', '--virtual'])
    expect(code).toBe(5)
    expect(stderr).toContain('STOPPED by the stop line: the stop line GPIO5 opened')
    expect(stderr).toContain('ERR_STOPPED')
    expect(stdout).toContain('1 task in 3.00 s')
  })

  it('is not begun while it is open, and says where', async () => {
    const file = tempFile(plan('stop: { line: GPIO5 }', 'simulate:\n  stop: { presses: [{ at: 0ms }] }'))
    const { code, stderr } = await runMain(['run', file, '--driver', 'mock', '--virtual'])
    expect(code).toBe(5)
    expect(stderr).toContain('ERR_STOPPED')
    expect(stderr).toContain('plan.yaml:3:1')
  })

  it('runs to its end while it is closed', async () => {
    const file = planFile('- pump.on', 'stop: { line: GPIO5 }')
    expect((await runMain(['run', file, '--driver', 'mock', '--virtual'])).code).toBe(0)
  })
})
