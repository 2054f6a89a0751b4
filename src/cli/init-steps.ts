/**
 * What a new plan does first: something to see of every output, small and off again, and a few rows of everything that
 * can be read. It runs on hardware that nobody has looked at yet.
 */

import { checkConfig, checkInput } from '../bench/check.js'
import { formatExample } from '../bench/example.js'
import { exampleStep } from '../plan/example-entry.js'
import { fieldsOf } from '../plan/expressions/names.js'
import { type NewPeripheral, PULSE_LINE } from './init-lines.js'

/** Steps with what is said of them. */
export interface NewSteps {
  readonly comment: string
  /** As the list of steps has them, each beginning with `- `, or indented below one that does. */
  readonly lines: readonly string[]
}

/** Of an action: its name and its input. */
type Do = readonly [action: string, input?: object]
type Part = Do | { readonly wait: string }

interface First {
  readonly comment: string
  readonly parts: readonly Part[]
}

const STEADY = { wait: '1s' }

/** What the outputs do, by their types. Actions that one so configured cannot do are left out. */
const OUTPUTS: Readonly<Record<string, First>> = {
  output: { comment: 'On for half a second.', parts: [['pulse', { width: '500ms' }]] },
  pwm: { comment: 'A tenth of full power for a second, then off.', parts: [['set', { duty: 0.1 }], STEADY, ['off']] },
  motor: { comment: 'Forward for two seconds; then it stops.', parts: [['forward', { for: '2s' }]] },
  rgb: {
    comment: 'A little red, green and blue, one after another, then off.',
    parts: [
      ...['#1a0000', '#001a00', '#00001a'].flatMap((color): Part[] => [['color', { color }], { wait: '500ms' }]),
      ['off'],
    ],
  },
  servo: {
    comment: 'To 90° and back to 0°, with time to get there; then without force.',
    parts: [['move', { angle: 90 }], STEADY, ['move', { angle: 0 }], STEADY, ['release']],
  },
  stepper: {
    comment: 'Fifty steps forward, and back.',
    parts: [['move', { steps: 50 }], { wait: '500ms' }, ['move', { steps: -50 }], ['release']],
  },
  pca9685: {
    comment: 'A tenth of full power on channel 0 for a second, then off.',
    parts: [['set', { channel: 0, duty: 0.1 }], STEADY, ['off', { channel: 0 }]],
  },
  sequence: {
    comment: 'Five pulses of a tenth of a second.',
    parts: [['play', { pulses: { line: PULSE_LINE, width: '100ms', gap: '100ms', count: 5 } }]],
  },
  ir: { comment: 'One code of a remote control.', parts: [['send', { address: 1, command: 2 }]] },
}

/** What is read of those that have to be told how, or have more than one way. The first that fits is done. */
const READINGS: readonly Do[] = [['read'], ['read', { channel: 0 }], ['count', { for: '1s' }]]
const ROUNDS = ['- repeat: 3', '  every: 2s', '  do:'] as const

/** The outputs first, one after another; then everything that is read, in one row. */
export function firstSteps(peripherals: readonly NewPeripheral[]): NewSteps[] {
  return [
    ...peripherals.flatMap(peripheral => (readingOf(peripheral) === undefined ? outputOf(peripheral) : [])),
    ...readingsOf(peripherals),
  ]
}

function readingsOf(peripherals: readonly NewPeripheral[]): NewSteps[] {
  const read = peripherals.flatMap(peripheral => {
    const action = readingOf(peripheral)
    return action === undefined ? [] : [{ step: stepOf(peripheral, action), columns: hasColumns(peripheral, action) }]
  })
  if (read.length === 0) return []
  const [recorded, others] = [read.filter(({ columns }) => columns), read.filter(({ columns }) => !columns)]
  const lines = [
    ...ROUNDS,
    ...others.map(({ step }) => `    - ${step}`),
    ...(recorded.length > 0 ? ['    - record:', ...recorded.map(({ step }) => `        - ${step}`)] : []),
  ]
  const where = recorded.length > 0 ? 'read, and put it into a row of data.csv' : 'read; what came is in tasks.jsonl'
  return [{ comment: `Three times, one every 2 s: ${where}.`, lines }]
}

/** Of a sensor of the kernel nobody knows beforehand what it has. */
function hasColumns({ definition }: NewPeripheral, [key]: Do): boolean {
  return fieldsOf(definition.actions[key]?.output).length > 0
}

function outputOf(peripheral: NewPeripheral): NewSteps[] {
  const { name, definition } = peripheral
  const first = OUTPUTS[definition.type]
  if (first !== undefined) return [{ comment: `${name}: ${first.comment}`, lines: linesOf(peripheral, first.parts) }]
  // Of a type that is not built in: what is shown of it elsewhere.
  const step = exampleStep(name, definition)
  const action = step === undefined ? undefined : definition.actions[/\.(\w+)/.exec(step)?.[1] ?? '']
  return step === undefined ? [] : [{ comment: `${action?.title ?? step}.`, lines: [`- ${step}`] }]
}

function readingOf(peripheral: NewPeripheral): Do | undefined {
  if (Object.hasOwn(OUTPUTS, peripheral.definition.type)) return undefined
  return READINGS.find(action => can(peripheral, action))
}

function linesOf(peripheral: NewPeripheral, parts: readonly Part[]): string[] {
  return parts.flatMap(part => {
    if ('wait' in part) return [`- wait: ${part.wait}`]
    return can(peripheral, part) ? [`- ${stepOf(peripheral, part)}`] : []
  })
}

function can({ definition, config }: NewPeripheral, [key, input = {}]: Do): boolean {
  const action = Object.hasOwn(definition.actions, key) ? definition.actions[key] : undefined
  const checked = checkConfig(definition, config)
  if (action === undefined || checked.problems !== undefined) return false
  return checkInput(action, checked.value, input).problems === undefined
}

function stepOf({ name, definition }: NewPeripheral, [key, input]: Do): string {
  const step = `${name}.${key}`
  return input === undefined ? step : `${step}: ${formatExample(definition.actions[key]?.input, input)}`
}
