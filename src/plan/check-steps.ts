/** The check of the steps of a plan file: actions by the definitions of the bench, all else by the table of step kinds. */

import { check, checkInput } from '../bench/check.js'
import type { Action, AnyDefinition } from '../bench/definition.js'
import { exampleOf, formatExample } from '../bench/example.js'
import { getOwn, putOwn } from '../bench/plain-data.js'
import { isNode, type SchemaNode } from '../bench/schema.js'
import type { CheckedBench } from './check-bench.js'
import type { Path } from './place.js'
import type { Step } from './plan.js'
import { type At, missingName, type ProblemList } from './problem-list.js'
import type { PlanSource } from './source.js'
import { type StepKind, stepKinds } from './step-kinds.js'

const WORDS = [...stepKinds.keys()]
const FORMS = `a step is <peripheral>.<action>: { ... } or one of ${WORDS.join(', ')}`

/** An action as it is written, alone or as the key of its input. */
interface WrittenAction {
  readonly name: string
  /** Undefined when it cannot be known, and is not checked. */
  readonly input: unknown
  /** Where its name is. */
  readonly path: Path
  readonly at: At
}

export class StepCheck {
  readonly #source: PlanSource
  readonly #definitions: CheckedBench['definitions']
  readonly #configs: CheckedBench['configs']
  readonly #problems: ProblemList

  constructor(source: PlanSource, { definitions, configs }: CheckedBench, problems: ProblemList) {
    this.#source = source
    this.#definitions = definitions
    this.#configs = configs
    this.#problems = problems
  }

  /** The steps of the list at `path`, without those that are wrong. */
  steps(written: unknown, path: Path): Step[] {
    if (!Array.isArray(written) || written.length === 0) {
      const key = String(path.at(-1))
      const none = written === null || Array.isArray(written)
      this.#problems.add(path, 'value', () => ({
        code: 'ERR_PLAN_VALUE',
        message: none ? `${key} needs at least one step` : `${key} must be a list of steps`,
        remedy: 'Begin each step on a line of its own with "- ".',
      }))
      return []
    }
    return written.flatMap((item, index) => this.#step(item, [...path, index]) ?? [])
  }

  #step(written: unknown, path: Path): Step | undefined {
    if (typeof written === 'string') return this.#bare(written, path)
    if (!isNode(written) || Object.keys(written).length === 0) {
      this.#problems.add(path, 'value', () => ({ code: 'ERR_PLAN_VALUE', message: FORMS }))
      return undefined
    }
    const keys = Object.keys(written)
    const word = keys.find(key => stepKinds.has(key))
    if (word !== undefined) return this.#kind(word, stepKinds.get(word) as StepKind, written, path)
    const name = keys.find(key => key.includes('.'))
    if (name === undefined) return this.#unknown(written, path)
    this.#strays(name, keys, path)
    // An empty one with keys beside it: they were to be its input, which is said already.
    const input = keys.length > 1 && written[name] === null ? undefined : (written[name] ?? {})
    return this.#action({ name, input, path: [...path, name], at: 'key' })
  }

  #bare(written: string, path: Path): Step | undefined {
    if (written.includes('.')) return this.#action({ name: written, input: {}, path, at: 'value' })
    this.#noStep(written, path, 'value')
    return undefined
  }

  #kind(word: string, kind: StepKind, written: SchemaNode, path: Path): Step | undefined {
    const keys = Object.keys(written)
    // What looks like a step of its own is no misspelt key of this one.
    const strays = keys.filter(key => !hasField(kind, key) && isHead(key))
    this.#strays(word, strays, path)
    const own: SchemaNode = {}
    for (const key of keys) {
      if (!strays.includes(key)) putOwn(own, key, kind.blocks.includes(key) ? null : written[key])
    }
    const checked = check(kind.fields, own)
    for (const problem of checked.problems ?? []) {
      this.#problems.addAll([problem], path, problem.path.length === 0 ? [word] : [])
    }
    const blocks = this.#blocks(written, kind.blocks, path)
    if (checked.problems !== undefined) return undefined
    return kind.make({ ...(checked.value as object), ...blocks } as never, this.#source.place(path))
  }

  #blocks(written: SchemaNode, keys: readonly string[], path: Path): Record<string, Step[]> {
    const blocks: Record<string, Step[]> = {}
    for (const key of keys) {
      const block = getOwn(written, key)
      if (block !== undefined) blocks[key] = this.steps(block, [...path, key])
    }
    return blocks
  }

  #action({ name, input, path, at }: WrittenAction): Step | undefined {
    if (this.#definitions.size === 0) return undefined // there is no bench, which is said already
    const dot = name.indexOf('.')
    const peripheral = name.slice(0, dot)
    const action = name.slice(dot + 1)
    if (!this.#definitions.has(peripheral)) {
      const names = this.#definitions.keys()
      this.#problems.add(path, at, () => missingName('ERR_UNKNOWN_PERIPHERAL', 'peripheral', peripheral, names))
      return undefined
    }
    const definition = this.#definitions.get(peripheral)
    if (definition === undefined) return undefined
    const found = getOwn(definition.actions, action) as AnyDefinition['actions'][string] | undefined
    if (found === undefined) {
      const actions = Object.keys(definition.actions)
      this.#problems.add(path, at, () =>
        missingName('ERR_UNKNOWN_ACTION', `action of ${peripheral} (${definition.type})`, action, actions),
      )
      return undefined
    }
    if (input === undefined) return undefined
    if (!isNode(input)) {
      const message = `the input of ${name} must be an object`
      this.#problems.add(path, 'value', () => ({ code: 'ERR_PLAN_VALUE', message, remedy: inputLikeThis(name, found) }))
      return undefined
    }
    const checked = checkInput(found, this.#configs.get(peripheral), input)
    if (checked.problems !== undefined) {
      this.#problems.addAll(checked.problems, path, [name])
      return undefined
    }
    return { kind: 'action', peripheral, action, input, place: this.#source.place(path, at) }
  }

  /** Keys beside the one that says what the step is. */
  #strays(head: string, keys: readonly string[], path: Path): void {
    for (const key of keys) {
      if (key === head) continue
      this.#problems.add([...path, key], 'key', () => ({
        code: 'ERR_PLAN_KEY',
        message: `${key} stands beside ${head}: a step does one thing`,
        remedy: isHead(key) ? `Put "- " before ${key}.` : `Indent ${key} to make it part of ${head}, or leave it out.`,
      }))
    }
  }

  /** A step that says nothing known; what is in its blocks is checked all the same. */
  #unknown(written: SchemaNode, path: Path): undefined {
    const kinds = [...stepKinds.values()]
    const keys = Object.keys(written)
    const head = keys.find(key => !kinds.some(kind => hasField(kind, key)))
    if (head === undefined) {
      const [first] = keys as [string, ...string[]]
      const [word] = [...stepKinds].find(([, kind]) => hasField(kind, first)) ?? []
      this.#problems.add(path, 'value', () => ({
        code: 'ERR_PLAN_VALUE',
        message:
          keys.length === 1 ? `${first} needs "${word}" beside it` : `${keys.join(' and ')} need "${word}" beside them`,
        remedy: 'Add what is missing.',
      }))
    } else {
      this.#noStep(head, [...path, head], 'key')
    }
    this.#blocks(written, [...new Set(kinds.flatMap(kind => kind.blocks))], path)
    return undefined
  }

  #noStep(name: string, path: Path, at: At): void {
    this.#problems.add(path, at, () => {
      const definition = this.#definitions.get(name)
      const [action] = Object.keys(definition?.actions ?? {})
      if (action !== undefined) {
        const remedy = `Name an action, such as ${name}.${action}.`
        return { code: 'ERR_UNKNOWN_ACTION', message: `${name} alone is no step: what shall it do?`, remedy }
      }
      if (stepKinds.has(name)) {
        return { code: 'ERR_PLAN_VALUE', message: `${name} needs a value`, remedy: `Write "- ${name}: ..."` }
      }
      return missingName('ERR_PLAN_KEY', 'step', name, [...WORDS, ...this.#actionNames()])
    })
  }

  *#actionNames(): Generator<string> {
    for (const [name, definition] of this.#definitions) {
      for (const action of Object.keys(definition?.actions ?? {})) yield `${name}.${action}`
    }
  }
}

function hasField(kind: StepKind, key: string): boolean {
  return Object.hasOwn(kind.schema.properties, key)
}

function inputLikeThis(name: string, { input }: Action): string {
  const example = formatExample(input, exampleOf(input))
  return example === '{}' ? `Write ${name} alone: it has no input.` : `Write ${name}: ${example}.`
}

/** Whether a key says what a step is. */
function isHead(key: string): boolean {
  return stepKinds.has(key) || key.includes('.')
}
