import { describe, expect, it } from 'vitest'
import { openMockBench } from '../../mocks/open-bench.js'
import { newPlan } from '../../src/cli/init-check.js'
import { planText } from '../../src/cli/init-file.js'
import { interview } from '../../src/cli/init-interview.js'
import { configWith, type NewPeripheral } from '../../src/cli/init-lines.js'
import { firstSteps } from '../../src/cli/init-steps.js'
import { peripherals } from '../../src/peripherals/index.js'
import { stepper } from '../../src/peripherals/stepper.js'
import { checkPlan } from '../../src/plan/check.js'
import { estimatePlan } from '../../src/plan/estimate/estimate.js'
import { runPlan } from '../../src/plan/run.js'
import { PlanSource } from '../../src/plan/source.js'
import { Scripted } from './interviewee.js'
import { runMain, tempFile } from './setup.js'

const SECOND = 1e9

/** What is written of one of that type, with all that is suggested. */
async function written(type: string): Promise<string> {
  const definition = peripherals[type]
  return planText(await interview(new Scripted('Test', type), definition === undefined ? {} : { [type]: definition }))
}

const planOf = (text: string) => checkPlan(new PlanSource(text, 'plan.yaml'))

/** The steps of a file, without what is said of them. */
const stepsIn = (text: string): string[] =>
  text
    .slice(text.indexOf('\nplan:\n') + 7)
    .split('\n')
    .filter(line => line !== '' && !line.trim().startsWith('#'))
    .map(line => line.slice(2))

describe.each(Object.keys(peripherals))('the first plan of a %s', type => {
  it('has nothing wrong or doubtful in it, and takes some time', async () => {
    const plan = planOf(await written(type))
    expect(plan.warnings).toEqual([])
    expect(estimatePlan(plan).duration.value).toBeGreaterThan(0)
  })

  it('can be rehearsed', async () => {
    const { code, stderr } = await runMain(['rehearse', tempFile(await written(type)), '--no-record'])
    expect(code, stderr).toBe(0)
  })

  it('leaves all outputs off', async () => {
    const plan = planOf(await written(type))
    const bench = await openMockBench(plan.bench, { simulate: plan.simulate })
    expect(await runPlan(bench, plan)).toMatchObject({ outcome: 'succeeded' })
    const states = bench.names.map(name => bench.peripheral(name).definition.outputs)
    const after: unknown[] = []
    bench.board.onLevel(event => after.push(event))
    const { clock } = bench
    await new Promise<void>(resolve => void clock.after(SECOND, resolve))
    expect(after).toEqual([])
    for (const [index, outputs] of states.entries()) {
      const { config } = bench.peripheral(bench.names[index] as string)
      const { lines = [] } = outputs?.(config as never) ?? {}
      for (const { line, safe } of lines)
        if (safe === 'low' || safe === 'high') expect(bench.levelOf(line), `GPIO${line}`).toBe(safe)
    }
    await bench.close()
  })
})

describe('what a new plan does first', () => {
  it('a motor runs for two seconds and no longer', async () => {
    expect(stepsIn(await written('motor'))).toEqual(['- motor.forward: { for: 2s }'])
  })

  it('a servo goes to 90° and back, with time to get there', async () => {
    expect(stepsIn(await written('servo'))).toEqual([
      '- servo.move: { angle: 90 }',
      '- wait: 1s',
      '- servo.move: { angle: 0 }',
      '- wait: 1s',
      '- servo.release',
    ])
  })

  it.each([
    ['pwm', '- pwm.set: { duty: 0.1 }', '- pwm.off'],
    ['pca9685', '- pca9685.set: { channel: 0, duty: 0.1 }', '- pca9685.off: { channel: 0 }'],
    ['rgb', '- rgb.color: { color: "#1a0000" }', '- rgb.off'],
  ])('a %s gets a tenth of full power, and is off again', async (type, first, last) => {
    const steps = stepsIn(await written(type))
    expect(steps[0]).toBe(first)
    expect(steps.at(-1)).toBe(last)
    expect(steps).toContainEqual(expect.stringMatching(/^- wait: /))
  })

  it('a stepper makes a small move and goes back; one on its phases is let go', () => {
    const config = { wiring: { coils: [17, 27, 22, 23] } }
    const [steps] = firstSteps([{ name: 'arm', definition: stepper, config }])
    expect(steps?.lines).toEqual([
      '- arm.move: { steps: 50 }',
      '- wait: 500ms',
      '- arm.move: { steps: -50 }',
      '- arm.release',
    ])
  })

  it('all that is read is in one row, after the outputs', async () => {
    const all = ['bme280', 'output', 'ads1115', 'iio'].map((type, index): NewPeripheral => {
      const definition = peripherals[type] as NonNullable<(typeof peripherals)[string]>
      return { name: `p${index}`, definition, config: configWith(definition, ['GPIO17']) }
    })
    const text = planText(newPlan('All', all))
    expect(stepsIn(text)).toEqual([
      '- p1.pulse: { width: 500ms }',
      '- repeat: 3',
      '  every: 2s',
      '  do:',
      '    - p3.read',
      '    - record:',
      '        - p0.read',
      '        - p2.read: { channel: 0 }',
    ])
    expect(estimatePlan(planOf(text)).rows).toMatchObject([{ count: { value: 3 } }])
  })
})
