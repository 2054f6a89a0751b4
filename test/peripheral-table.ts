/** The README's table of peripherals, from their definitions. */

import type { AnyDefinition } from '../src/bench/definition.js'
import { GUARD_KEYS } from '../src/bench/guards/keys.js'
import { isNode } from '../src/bench/schema.js'
import { peripherals } from '../src/peripherals/index.js'

/** As Markdown: for each type its title, its configuration, and its actions with their inputs. */
export function peripheralTable(): string {
  const rows = Object.values(peripherals).map(definition => {
    const actions = Object.entries(definition.actions).map(([name, { input }]) => `\`${name}${inputOf(input)}\``)
    return `| \`${definition.type}\` | ${definition.title} | ${configOf(definition)} | ${actions.join(', ')} |`
  })
  return ['| type | what it is | configuration | actions |', '|---|---|---|---|', ...rows].join('\n')
}

/** Without the keys that every type with outputs has: the README says those once. */
function configOf({ config, outputs }: AnyDefinition): string {
  return keysOf(config)
    .filter(key => outputs === undefined || !Object.hasOwn(GUARD_KEYS, key))
    .map(key => `\`${key}\``)
    .join(', ')
}

/** ` { width }`; of a choice the ways apart: ` { edge, timeout | level, timeout }`. */
function inputOf(input: unknown): string {
  const ways = isNode(input) && Array.isArray(input.anyOf) ? input.anyOf : [input]
  const inputs = ways.map(way => keysOf(way).join(', '))
  // One bar would end the cell of the table.
  return inputs.join('') === '' ? '' : ` { ${inputs.join(' \\| ')} }`
}

function keysOf(schema: unknown): string[] {
  return isNode(schema) && isNode(schema.properties) ? Object.keys(schema.properties) : []
}
