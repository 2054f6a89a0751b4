/** The text of a new plan file, with comments that say what stands there and where to look for more. */

import { stringify } from 'yaml'
import { headerPins } from '../../drivers/header.js'
import { checkConfig, linesOf } from '../bench/check.js'
import type { AnyDefinition } from '../bench/definition.js'
import { formatExample } from '../bench/example.js'
import { isNode } from '../bench/schema.js'
import { oneLine } from './format.js'
import { type NewPeripheral, wantsPwm } from './init-lines.js'
import type { NewSteps } from './init-steps.js'
import { wrapped } from './wrap.js'

export interface NewPlan {
  readonly name: string
  readonly peripherals: readonly NewPeripheral[]
  readonly steps: readonly NewSteps[]
}

const WIDTH = 100
const PWM =
  'PWM: the driver pigpio makes it on every line, by hardware on GPIO12, 13, 18 and 19. For gpiochip and onoff (a Pi 5 ' +
  'has no pigpio) write a channel of the PWM hardware in the place of a line, such as channel: 0.'
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
      {
        comment: 'Five times: on for 200 ms, off for 300 ms.',
        lines: ['- led.blink: { on: 200ms, off: 300ms, count: 5 }'],
      },
    ],
  }
}

export function planText({ name, peripherals, steps }: NewPlan): string {
  const lines = [
    '# A plan of pi-worker: what is connected, and what is done with it.',
    '# Lengths of time have a unit: 200ms, 2s, 5m.',
    `name: ${yamlText(name)}`,
    '',
    ...(peripherals.some(({ definition, config }) => wantsPwm(definition, config)) ? comment(PWM, 0) : []),
    'bench:',
    ...peripherals.flatMap((peripheral, index) => [...(index > 0 ? [''] : []), ...entryLines(peripheral)]),
    '',
    ...OTHER_STEPS.map(line => `# ${line}`),
    'plan:',
    ...steps.flatMap(({ comment: said, lines }) => [...comment(said, 2), ...lines.map(line => `  ${line}`)]),
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
