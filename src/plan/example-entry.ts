/** Examples of what a plan file may say of a type of peripheral: an entry of `bench`, and a step. */

import type { TSchema } from 'typebox'
import { checkConfig, checkInput } from '../bench/check.js'
import type { AnyDefinition } from '../bench/definition.js'
import { exampleOf, formatExample } from '../bench/example.js'
import { isNode, type SchemaNode } from '../bench/schema.js'

/** `pump: { type: output, line: GPIO17 }` */
export function exampleEntry(name: string, definition: AnyDefinition): string {
  const config = exampleConfig(definition)
  return `${name}: ${formatExample(definition.config, { type: definition.type, ...config })}`
}

/**
 * `pump.pulse: { width: 200ms }`: the first action with an input that a peripheral so configured can do, or the first
 * without, which stands alone.
 */
export function exampleStep(name: string, definition: AnyDefinition): string | undefined {
  const config = checkConfig(definition, exampleConfig(definition)).value
  const steps = Object.entries(definition.actions).flatMap(([key, action]) => {
    const fits = (value: object): boolean => checkInput(action, config, value).problems === undefined
    const input = smallest(action.input, fits)
    return fits(input) ? [{ key, text: formatExample(action.input, input) }] : []
  })
  const step = steps.find(({ text }) => text !== '{}') ?? steps[0]
  return step && (step.text === '{}' ? `${name}.${step.key}` : `${name}.${step.key}: ${step.text}`)
}

/** A configuration with what it needs and no more. */
export function exampleConfig(definition: AnyDefinition): object {
  return smallest(definition.config, value => checkConfig(definition, value).problems === undefined)
}

/**
 * The keys that must be there, with one more when they alone are not enough: a servo needs a line or a channel, which
 * its schema cannot say. When that is not enough either, the shape.
 */
function smallest(schema: TSchema, fits: (value: object) => boolean): object {
  const shape = exampleOf(schema) as object
  const { properties, required = [] } = schema as SchemaNode & { readonly required?: readonly string[] }
  if (!isNode(properties)) return shape
  const needed = required.length === 0 ? {} : shape
  const optional = Object.keys(properties).filter(key => !required.includes(key))
  const larger = optional.map(key => () => exampleOf({ ...schema, required: [...required, key] }) as object)
  for (const make of [() => needed, ...larger]) {
    const value = make()
    if (fits(value)) return value
  }
  return shape
}
