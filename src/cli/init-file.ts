/** The text of a new plan file, with comments that say what stands there and where to look for more. */

import { stringify } from 'yaml'
import { headerPins } from '../../drivers/header.js'
import { checkConfig, checkInput, linesOf } from '../bench/check.js'
import type { AnyDefinition } from '../bench/definition.js'
import { formatExample } from '../bench/example.js'
import { isNode } from '../bench/schema.js'
import { exampleStep } from '../plan/example-entry.js'
import { oneLine } from './format.js'
import type { NewPeripheral } from './init-lines.js'
import { wrapped } from './wrap.js'

/** A step with what is said of it. */
export interface NewStep {
  readonly comment: string
  readonly step: string
}

export interface NewPlan {
  readonly name: string
  readonly peripherals: readonly NewPeripheral[]
  readonly steps: readonly NewStep[]
}

const WIDTH = 100
const OTHER_STEPS = [
  'The steps, one after another. Besides actions there are others, such as',
  '  - wait: 1s',
  '  - repeat: 3',
  '    every: 2s',
  '    do: [ … ]',
]

/** An LED that blinks: to begin with. */
export function starterPlan(led: AnyDefinition): NewPlan {
  return {
    name: 'Blink',
    peripherals: [{ name: 'led', definition: led, config: { line: 'GPIO17' } }],
    steps: [
      { comment: 'Five times: on for 200 ms, off for 300 ms.', step: 'led.blink: { on: 200ms, off: 300ms, count: 5 }' },
    ],
  }
}

/** What a peripheral can be asked first: to read, or what is shown of its type elsewhere. */
export function firstStep({ name, definition, config }: NewPeripheral): NewStep | undefined {
  const { read } = definition.actions
  const checked = checkConfig(definition, config).value
  const reads = read !== undefined && checkInput(read, checked, {}).problems === undefined
  const step = reads ? `${name}.read` : exampleStep(name, definition)
  if (step === undefined) return undefined
  const action = definition.actions[step.slice(name.length + 1).split(':')[0] as string]
  return { comment: `${action?.title ?? step}.`, step }
}

export function planText({ name, peripherals, steps }: NewPlan): string {
  const lines = [
    '# A plan of pi-worker: what is connected, and what is done with it.',
    '# Lengths of time have a unit: 200ms, 2s, 5m.',
    `name: ${yamlText(name)}`,
    '',
    'bench:',
    ...peripherals.flatMap((peripheral, index) => [...(index > 0 ? [''] : []), ...entryLines(peripheral)]),
    '',
    ...OTHER_STEPS.map(line => `# ${line}`),
    'plan:',
    ...steps.flatMap(({ comment: said, step }) => [...comment(said, 2), `  - ${step}`]),
  ]
  return lines.map(line => `${line}\n`).join('')
}

function entryLines({ name, definition, config }: NewPeripheral): string[] {
  const { type, title, description } = definition
  const said = [description === undefined ? `${title}.` : `${title}: ${description}`, pinsOf(definition, config)]
  const more = optionalKeys(definition, config)
  if (more.length > 0) said.push(`It may also have ${more.join(', ')}: see pi-worker schema ${type}.`)
  const entry = formatExample(definition.config, { type, ...config })
  return [...said.filter(text => text !== '').flatMap(text => comment(text, 2)), `  ${name}: ${entry}`]
}

/** Where it is on the header. */
function pinsOf(definition: AnyDefinition, config: unknown): string {
  const checked = checkConfig(definition, config)
  const lines = checked.problems === undefined ? linesOf(definition.config, checked.value) : []
  const pins = lines.flatMap(({ line }) =>
    headerPins.flatMap(pin => (pin.kind === 'line' && pin.line === line ? [pin] : [])),
  )
  return pins.length === 0 ? '' : `On the header: ${pins.map(({ name, pin }) => `${name} is pin ${pin}`).join(', ')}.`
}

/** Keys that it may have besides. */
function optionalKeys({ config: schema }: AnyDefinition, config: Readonly<Record<string, unknown>>): string[] {
  const { properties } = schema as { readonly properties?: unknown }
  return isNode(properties) ? Object.keys(properties).filter(key => !Object.hasOwn(config, key)) : []
}

function comment(text: string, indent: number): string[] {
  const start = `${' '.repeat(indent)}# `
  return wrapped(oneLine(text), WIDTH - start.length).map(line => start + line)
}

/** On one line, with quotes where YAML needs them. */
function yamlText(text: string): string {
  return stringify(oneLine(text), { lineWidth: 0 }).trimEnd()
}
