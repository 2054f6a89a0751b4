import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { Type } from 'typebox'
import { describe, expect, it } from 'vitest'
import { definePeripheral } from '../../src/bench/definition.js'
import { Line } from '../../src/bench/schema.js'
import { peripherals } from '../../src/peripherals/index.js'
import { planSchema } from '../../src/plan/schema.js'
import { PlanSource } from '../../src/plan/source.js'

/** Lines and durations have keywords of ours, which say more than JSON Schema can. */
const compile = (definitions = peripherals) => new Ajv2020({ strict: false }).compile(planSchema(definitions))
const accepts = compile()
const value = (text: string) => new PlanSource(text, 'a.yaml').value
const plan = (steps: string) => value(`bench: { pump: { type: output, line: 17 } }\nplan:\n${steps}\n`)
const bench = (entry: string) => value(`bench: { pump: ${entry} }\nplan: [ wait: 1s ]\n`)

describe('the published schema of plan files', () => {
  it.each(readdirSync('examples').filter(name => name.endsWith('.yaml')))('accepts the example %s', name => {
    expect(accepts(value(readFileSync(join('examples', name), 'utf8'))), JSON.stringify(accepts.errors)).toBe(true)
  })

  it.each([
    ['an action alone', '- pump.on'],
    ['an action left empty', '- pump.on:'],
    ['an action with its input', '- pump.pulse: { width: 200 }'],
    ['an expression in an input', '- pump.pulse: { width: =dose * 2 }'],
    ['an expression in a step', '- repeat: =n\n  do: [ wait: =pause ]'],
    ['what may stand beside an action', '- pump.on:\n  timeout: 1s\n  retries: 2\n  onError: skip\n  onFailure: keep'],
    [
      'a scan',
      '- scan: { a: { from: 0, to: 1, points: 5, spacing: log }, b: [ 1, 2 ], c: { from: 1, to: =n, step: 1 } }\n  do: [ pump.on ]',
    ],
    ['a record', '- record: [ pump.on, =elapsed, { pump.pulse: { width: 1s } } ]\n  to: other'],
    ['a record as a map', '- record: { on: pump.on.on, n: 5 }'],
    ['conditions', '- if: =n > 5\n  then: [ pump.on ]\n- until: true\n  rounds: 3\n  do: [ pump.on ]'],
    ['cleanup', '- try: [ pump.on ]\n  catch: [ pump.off ]\n  finally: [ pump.off ]'],
    ['what an operator is told and asked', '- note: on\n- prompt: { ask: Full?, choices: [ yes, no ], default: yes }'],
    ['another file', '- include: wash.yaml\n  with: { dose: =dose }'],
    ['times', '- every: 1s\n  times: 3\n  do: [ pump.on ]\n- cron: "* * * * *"\n  for: 5m\n  do: [ pump.on ]'],
    ['steps in steps', '- parallel:\n  - repeat: 2\n    every: 1s\n    do: [ pump.on, { wait: 1s } ]'],
  ])('accepts %s', (_what, steps) => {
    expect(accepts(plan(steps)), JSON.stringify(accepts.errors)).toBe(true)
  })

  it.each([
    ['an unknown key of the file', value('bench: { pump: { type: output, line: 17 } }\nplan: [ wait: 1s ]\nx: 1')],
    ['a file without a plan', value('bench: { pump: { type: output, line: 17 } }')],
    ['a file without a bench', value('plan: [ wait: 1s ]')],
    ['an unknown type', bench('{ type: otuput, line: 17 }')],
    ['a peripheral without a type', bench('{ line: 17 }')],
    ['a missing line', bench('{ type: output }')],
    ['a key of another type', bench('{ type: output, line: 17, debounce: 5ms }')],
    ['a name that is none', value('bench: { 2pump: { type: output, line: 17 } }\nplan: [ wait: 1s ]')],
    ['a duration without a unit that is known', plan('- wait: 2 sec')],
    ['an unknown action', plan('- pump.explode')],
    ['an action that lacks its input', plan('- pump.pulse')],
    ['an unknown key of an input', plan('- pump.pulse: { width: 1s, hight: 2 }')],
    ['two actions in one step', plan('- pump.on:\n  pump.off:')],
    ['two actions in one step with a timeout', plan('- pump.on:\n  pump.off:\n  timeout: 1s')],
    ['a timeout without an action', plan('- timeout: 1s')],
    ['an expression in the place of steps', plan('- repeat: 2\n  do: =steps')],
    ['an axis without an end', plan('- scan: { x: { from: 1, points: 3 } }\n  do: [ pump.on ]')],
    ['a scan without axes', plan('- scan: {}\n  do: [ pump.on ]')],
    ['a condition that is none', plan('- if: 5\n  then: [ pump.on ]')],
    ['text in the place of a number', plan('- repeat: often\n  do: [ pump.on ]')],
    [
      'a parameter without a default',
      value('bench: { a: { type: input, line: 4 } }\nplan: [ a.read ]\nparams: { x: { unit: ml } }'),
    ],
    ['an unknown step', plan('- wiat: 1s')],
    ['a repeat that does nothing', plan('- repeat: 3')],
    ['no rounds', plan('- { repeat: 0, do: [ pump.on ] }')],
    ['a plan without steps', value('bench: { pump: { type: output, line: 17 } }\nplan: []')],
    [
      'an unknown key of a simulation',
      value('bench: { a: { type: input, line: 4 } }\nplan: [ a.read ]\nsimulate: { a: { fals: [1s] } }'),
    ],
  ])('refuses %s', (_what, file) => {
    expect(accepts(file)).toBe(false)
  })

  it('has what a definition of ones own says, for completion', () => {
    const valve = definePeripheral({
      type: 'valve',
      title: 'Valve',
      config: Type.Object({ line: Line(), flow: Type.Number({ description: 'Litres an hour.' }) }),
      open: () => ({}),
      actions: { read: { title: 'Read', effect: 'read', run: () => {} } },
    })
    const accepts = compile({ valve })
    expect(accepts(value('bench: { v: { type: valve, line: 17, flow: 2 } }\nplan: [ v.read ]'))).toBe(true)
    expect(accepts(value('bench: { v: { type: output, line: 17 } }\nplan: [ v.read ]'))).toBe(false)
    expect(JSON.stringify(planSchema({ valve }))).toContain('Litres an hour.')
  })
})
