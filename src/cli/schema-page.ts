/** A page about one type of peripheral or one kind of step, for people: all of it comes from their definitions. */

import pc from 'picocolors'
import type { Action, AnyDefinition } from '../bench/definition.js'
import { formatExample } from '../bench/example.js'
import { SIMULATED_BY_ALL } from '../bench/faults.js'
import { DURATION_UNITS, isNode, type SchemaNode } from '../bench/schema.js'
import { exampleEntry, exampleStep } from '../plan/example-entry.js'
import { EXAMPLE_STEPS } from '../plan/example-steps.js'
import { BOUNDS } from '../plan/step-kinds.js'
import type { StepKind } from '../plan/steps/kind.js'
import { branchesOf, propertiesOf, requiredOf, typeText, variantsOf } from './schema-text.js'
import { wrapped } from './wrap.js'

export interface PageOptions {
  readonly colored: boolean
  /** Width of the terminal. */
  readonly columns: number
}

/** Longer keys push what is said of them to the right. */
const LONGEST_KEY = 18
const INDENT = 2

/** The page; ends in a line feed. */
export function schemaPage(definition: AnyDefinition, options: PageOptions): string {
  return new Page(options).of(definition)
}

/** The same for a kind of step. */
export function stepPage(word: string, kind: StepKind, options: PageOptions): string {
  return new Page(options).ofStep(word, kind)
}

class Page {
  readonly #colors: ReturnType<typeof pc.createColors>
  readonly #columns: number
  readonly #lines: string[] = []
  /** Shapes whose keys have been told: a sensor has the same for each of its quantities. */
  readonly #told = new Set<string>()

  constructor({ colored, columns }: PageOptions) {
    this.#colors = pc.createColors(colored)
    this.#columns = columns
  }

  of(definition: AnyDefinition): string {
    const { type, title, description, config, simulate, actions } = definition
    this.#lines.push(`${this.#colors.bold(type)}: ${title}`)
    if (description !== undefined) this.#text(description, 0)
    this.#example(definition)
    this.#heading('Configuration (under bench)')
    this.#keys(config as SchemaNode, INDENT)
    this.#heading('Simulation (under simulate, for the driver mock)')
    this.#keys(ownLast(simulate as SchemaNode), INDENT)
    this.#heading('Actions (under plan)')
    for (const [name, action] of Object.entries(actions)) this.#action(name, action)
    return this.#lines.map(line => `${line.trimEnd()}\n`).join('')
  }

  ofStep(word: string, { schema }: StepKind): string {
    const { [word]: head, ...others } = propertiesOf(schema as unknown as SchemaNode) ?? {}
    this.#lines.push(`${this.#colors.bold(word)}: a step of a plan`)
    this.#heading('Example')
    this.#lines.push('  plan:', ...(EXAMPLE_STEPS[word] ?? []).map(line => `    ${line}`))
    this.#heading('What it says')
    this.#rows(
      { ...(head !== undefined && { [word]: head }), ...others },
      requiredOf(schema as unknown as SchemaNode),
      INDENT,
      whenLeftOut,
    )
    this.#heading('What may stand beside it')
    this.#keys(BOUNDS as unknown as SchemaNode, INDENT)
    return this.#lines.map(line => `${line.trimEnd()}\n`).join('')
  }

  #example(definition: AnyDefinition): void {
    const { type } = definition
    const name = `my${type.charAt(0).toUpperCase()}${type.slice(1).replaceAll('-', '')}`
    const step = exampleStep(name, definition)
    this.#heading('Example')
    this.#lines.push('  bench:', `    ${exampleEntry(name, definition)}`)
    if (step !== undefined) this.#lines.push('  plan:', `    - ${step}`)
  }

  #action(name: string, { title, description, effect, input, output }: Action): void {
    this.#lines.push(
      '',
      `${' '.repeat(INDENT)}${this.#colors.bold(name)}: ${title} ${this.#colors.dim(`(effect: ${effect})`)}`,
    )
    if (description !== undefined) this.#text(description, 2 * INDENT)
    for (const [what, schema] of Object.entries({ input, output })) {
      if (schema === undefined || typeText(schema as SchemaNode) === '{}') continue
      this.#lines.push(`${' '.repeat(2 * INDENT)}${what}`)
      this.#keys(schema as SchemaNode, 3 * INDENT, what === 'input' ? whenLeftOut : whenNotThere)
    }
  }

  #heading(text: string): void {
    this.#lines.push('', this.#colors.underline(text))
  }

  /** The keys of an object; of a union those of each branch, and then those that all have. */
  #keys(node: SchemaNode, indent: number, remark = whenLeftOut): void {
    const branches = branchesOf(node)
    if (branches === undefined) {
      this.#rows(propertiesOf(node) ?? {}, requiredOf(node), indent, remark)
      return
    }
    const objects = branches.filter(isObject)
    const shared = sharedBy(objects)
    const parts = objects.map(branch => without(propertiesOf(branch) ?? {}, shared))
    const lead = (text: string): void => void this.#lines.push(`${' '.repeat(indent)}${text}`)
    for (const [index, part] of parts.entries()) {
      if (index > 0) lead('or')
      this.#rows(part, requiredOf(objects[index] as SchemaNode), indent, remark)
    }
    if (Object.keys(shared).length === 0) return
    lead('with each of them')
    this.#rows(shared, requiredOf(objects[0] as SchemaNode), indent, remark)
  }

  #rows(properties: Properties, required: readonly string[], indent: number, remark: Remark): void {
    const width = Math.min(LONGEST_KEY, Math.max(0, ...Object.keys(properties).map(key => key.length)))
    for (const [key, node] of Object.entries(properties)) {
      this.#key({ key, width, node, isRequired: required.includes(key), remark }, indent)
    }
  }

  #key({ key, width, node, isRequired, remark }: KeyFacts, indent: number): void {
    const left = indent + width + 2
    const description = typeof node.description === 'string' ? node.description.replace(DURATION_UNITS, '').trim() : ''
    const [first = '', ...rest] = wrapped(`${typeText(node)}${remark(node, isRequired)}`, this.#columns - left)
    const head =
      key.length > width
        ? `${this.#colors.bold(key)}  `
        : `${this.#colors.bold(key)}${' '.repeat(width - key.length + 2)}`
    this.#lines.push(`${' '.repeat(indent)}${head}${first}`, ...rest.map(text => ' '.repeat(left) + text))
    if (description !== '') this.#text(description, left, this.#colors.dim)
    this.#nested(node, indent + 2 * INDENT, remark)
  }

  /** The keys of the objects that a value is or consists of. */
  #nested(node: SchemaNode, indent: number, remark: Remark): void {
    const branches = branchesOf(node)
    const variants = branches && variantsOf(branches)
    if (variants !== undefined) this.#variants(variants, indent)
    else if (node.type === 'array' && isNode(node.items)) this.#nested(node.items, indent, remark)
    else if (branches === undefined) this.#keys(node, indent, remark)
    else {
      // A union is long, and a sensor has the same for each of its quantities.
      const shape = branches
        .filter(isObject)
        .map(object => typeText(object))
        .join()
      if (this.#told.has(shape)) return
      this.#told.add(shape)
      this.#keys(node, indent, remark)
    }
  }

  #variants({ variants, shared }: NonNullable<ReturnType<typeof variantsOf>>, indent: number): void {
    const rows = [...variants, { text: 'each of them', keys: shared }]
    const width = Math.max(...rows.map(({ text }) => text.length))
    for (const { text, keys } of rows)
      this.#lines.push(`${' '.repeat(indent)}${text.padEnd(width)}  ${keys.join(', ')}`)
  }

  #text(text: string, indent: number, paint: (text: string) => string = same => same): void {
    this.#lines.push(...wrapped(text, this.#columns - indent).map(line => ' '.repeat(indent) + paint(line)))
  }
}

interface KeyFacts {
  readonly key: string
  readonly width: number
  readonly node: SchemaNode
  readonly isRequired: boolean
  readonly remark: Remark
}

type Properties = Readonly<Record<string, SchemaNode>>

/** What is said after the type of a key. */
type Remark = (node: SchemaNode, isRequired: boolean) => string

/** `, default 5ms`; nothing of a key that may be left out and then says nothing. */
function whenLeftOut(node: SchemaNode, isRequired: boolean): string {
  if (isRequired) return '; required'
  if (node.default === undefined) return ''
  const unit = 'duration' in node && typeof node.default === 'number' ? ' ms' : ''
  return `; default ${formatExample(node, node.default)}${unit}`
}

/** An output has no defaults. */
function whenNotThere(_node: SchemaNode, isRequired: boolean): string {
  return isRequired ? '' : '; not always there'
}

function isObject(node: SchemaNode): boolean {
  return propertiesOf(node) !== undefined
}

/** The keys that every one of several objects has, with the same meaning. */
function sharedBy(objects: readonly SchemaNode[]): Properties {
  const [first = {}, ...others] = objects.map(object => propertiesOf(object) ?? {})
  const isShared = ([key, node]: [string, SchemaNode]): boolean =>
    others.length > 0 && others.every(other => JSON.stringify(other[key]) === JSON.stringify(node))
  return Object.fromEntries(Object.entries(first).filter(isShared))
}

function without(properties: Properties, left: Properties): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([key]) => !Object.hasOwn(left, key)))
}

/** What every type has comes after what this one has. */
function ownLast(simulate: SchemaNode): SchemaNode {
  const common = Object.keys(SIMULATED_BY_ALL)
  const own = Object.entries(propertiesOf(simulate) ?? {}).filter(([key]) => !common.includes(key))
  return { type: 'object', properties: { ...Object.fromEntries(own), ...SIMULATED_BY_ALL } }
}
