/** The check of the steps of a plan file: actions by the definitions of the bench, all else by the table of step kinds. */

import { putOwn } from '../bench/plain-data.js'
import { isNode, type SchemaNode } from '../bench/schema.js'
import { nearest } from '../nearest.js'
import { checkAction } from './check-action.js'
import { checkKind, type StepReader } from './check-kind.js'
import { isEndless } from './endless.js'
import type { FileCheck } from './file-check.js'
import type { Path } from './place.js'
import type { Step } from './plan.js'
import { type At, missingName } from './problem-list.js'
import type { Scope } from './scope.js'
import { ACTION_KEYS, stepKinds } from './step-kinds.js'
import type { StepKind } from './steps/kind.js'

const WORDS = [...stepKinds.keys()]
const FORMS = `a step is <peripheral>.<action>: { ... } or one of ${WORDS.join(', ')}`
const BESIDE = Object.keys(ACTION_KEYS.properties)

/** Reads the steps of one file. */
export class StepCheck implements StepReader {
  readonly file: FileCheck

  constructor(file: FileCheck) {
    this.file = file
  }

  readonly readIn = (file: FileCheck): StepReader => new StepCheck(file)

  /** The steps of the list at `path`, without those that are wrong. */
  steps(written: unknown, path: Path, scope: Scope): Step[] {
    const { problems, context, source } = this.file
    if (!Array.isArray(written) || written.length === 0) {
      const key = String(path.at(-1))
      const none = written === null || Array.isArray(written)
      problems.add(path, 'value', () => ({
        code: 'ERR_PLAN_VALUE',
        message: none ? `${key} needs at least one step` : `${key} must be a list of steps`,
        remedy: 'Begin each step on a line of its own with "- ".',
      }))
      return []
    }
    const made = written.map((item, index) => this.step(item, [...path, index], scope))
    const last = made.findIndex(step => step !== undefined && isEndless(step))
    if (path.at(-1) !== 'parallel' && last !== -1 && last < written.length - 1) {
      context.warnings.push({
        message: 'the steps from here on are never reached: the one before them has no end',
        place: source.place([...path, last + 1]),
        remedy: 'Give the loop before it times or for, or put it beside them with parallel.',
      })
    }
    return made.filter(step => step !== undefined)
  }

  step(written: unknown, path: Path, scope: Scope): Step | undefined {
    if (typeof written === 'string') return this.#bare(written, path, scope)
    if (!isNode(written) || Object.keys(written).length === 0) {
      this.file.problems.add(path, 'value', () => ({ code: 'ERR_PLAN_VALUE', message: FORMS }))
      return undefined
    }
    const keys = Object.keys(written)
    const word = wordOf(keys)
    if (word !== undefined) return this.#kind(word, written, path, scope)
    const name = keys.find(key => key.includes('.'))
    if (name === undefined) return this.#unknown(written, path, scope)
    const beside: SchemaNode = {}
    for (const key of keys) if (BESIDE.includes(key)) putOwn(beside, key, written[key])
    const strays = keys.filter(key => !BESIDE.includes(key))
    this.#strays(name, strays, path, BESIDE)
    // An empty one with keys beside it: they were to be its input, which is said already.
    const input = strays.length > 1 && written[name] === null ? undefined : (written[name] ?? {})
    return checkAction(this.file, scope, { name, input, keys: beside, step: path, path: [...path, name], at: 'key' })
  }

  #bare(written: string, path: Path, scope: Scope): Step | undefined {
    if (written.includes('.')) {
      return checkAction(this.file, scope, { name: written, input: {}, keys: {}, step: path, path, at: 'value' })
    }
    this.#noStep(written, path, 'value')
    return undefined
  }

  #kind(word: string, written: SchemaNode, path: Path, scope: Scope): Step | undefined {
    const kind = stepKinds.get(word) as StepKind
    const keys = Object.keys(written)
    // What looks like a step of its own is no misspelt key of this one.
    const strays = keys.filter(key => !hasField(kind, key) && isHead(key))
    this.#strays(word, strays, path)
    const own: SchemaNode = {}
    for (const key of keys) if (!strays.includes(key)) putOwn(own, key, written[key])
    return checkKind(this, { word, kind, written: own, path, scope })
  }

  /** Keys beside the one that says what the step is. */
  #strays(head: string, keys: readonly string[], path: Path, known: readonly string[] = []): void {
    for (const key of keys) {
      if (key === head) continue
      const meant = isHead(key) ? undefined : nearest(key, known)
      this.file.problems.add([...path, key], 'key', () => ({
        code: 'ERR_PLAN_KEY',
        message:
          meant === undefined
            ? `${key} stands beside ${head}: a step does one thing`
            : `${key} is not known here; did you mean "${meant}"?`,
        remedy:
          meant !== undefined
            ? `Write ${meant} if that is what is meant.`
            : isHead(key)
              ? `Put "- " before ${key}.`
              : `Indent ${key} to make it part of ${head}, or leave it out.`,
      }))
    }
  }

  /** A step that says nothing known; what is in its blocks is checked all the same. */
  #unknown(written: SchemaNode, path: Path, scope: Scope): undefined {
    const kinds = [...stepKinds.values()]
    const keys = Object.keys(written)
    const head = keys.find(key => !kinds.some(kind => hasField(kind, key)))
    if (head === undefined) {
      const [first] = keys as [string, ...string[]]
      const [word] = [...stepKinds].find(([, kind]) => keys.every(key => hasField(kind, key))) ??
        [...stepKinds].find(([, kind]) => hasField(kind, first)) ?? ['']
      this.file.problems.add(path, 'value', () => ({
        code: 'ERR_PLAN_VALUE',
        message:
          keys.length === 1 ? `${first} needs "${word}" beside it` : `${keys.join(' and ')} need "${word}" beside them`,
        remedy: 'Add what is missing.',
      }))
    } else {
      this.#noStep(head, [...path, head], 'key')
    }
    for (const key of new Set(kinds.flatMap(kind => kind.blocks))) {
      if (Object.hasOwn(written, key)) this.steps(written[key], [...path, key], { ...scope, inLoop: true })
    }
    return undefined
  }

  #noStep(name: string, path: Path, at: At): void {
    const { definitions } = this.file.context.bench
    this.file.problems.add(path, at, () => {
      const definition = definitions.get(name)
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
    for (const [name, definition] of this.file.context.bench.definitions) {
      for (const action of Object.keys(definition?.actions ?? {})) yield `${name}.${action}`
    }
  }
}

/** The word of a step: of several, the one that has the others as its fields (`repeat` has `every`), or the first. */
function wordOf(keys: readonly string[]): string | undefined {
  const words = keys.filter(key => stepKinds.has(key))
  return words.find(word => words.every(other => hasField(stepKinds.get(word) as StepKind, other))) ?? words[0]
}

function hasField(kind: StepKind, key: string): boolean {
  return Object.hasOwn(kind.schema.properties, key)
}

/** Whether a key says what a step is. */
function isHead(key: string): boolean {
  return stepKinds.has(key) || key.includes('.')
}
