/** The check of the steps of a plan file: actions by the definitions of the bench, all else by the table of step kinds. */

import type { Action } from '../bench/definition.js'
import { exampleOf, formatExample } from '../bench/example.js'
import { getOwn, putOwn } from '../bench/plain-data.js'
import { isNode, type SchemaNode } from '../bench/schema.js'
import { cut } from '../bench/wording.js'
import { nearest } from '../nearest.js'
import { checkAction, inputLikeThis, splitName } from './check-action.js'
import { boundsAmong, withBounds } from './check-bounds.js'
import { checkKind, type StepReader } from './check-kind.js'
import { isEndless } from './endless.js'
import type { FileCheck } from './file-check.js'
import type { Path } from './place.js'
import type { Step } from './plan.js'
import { type At, type Finding, missingName } from './problem-list.js'
import type { Scope } from './scope.js'
import { ACTION_KEYS, stepKinds } from './step-kinds.js'
import type { StepKind } from './steps/kind.js'

const WORDS = [...stepKinds.keys()]
const FORMS = `a step is <peripheral>.<action>: { ... } or one of ${WORDS.join(', ')}`
/** Of all kinds. */
const FIELDS: ReadonlySet<string> = new Set(
  [...stepKinds.values()].flatMap(kind => Object.keys(kind.schema.properties)),
)
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
      const remedy =
        written === null ? 'Write a step there, or take the "-" away.' : 'Write it like this: "- wait: 2s".'
      this.file.problems.add(path, 'value', () => ({ code: 'ERR_PLAN_VALUE', message: FORMS, remedy }))
      return undefined
    }
    const keys = Object.keys(written)
    const slip = misspeltWord(keys)
    if (slip !== undefined) return this.#misspelt(slip, written, path, scope)
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
    const finding = this.#lacksColon(written)
    if (finding !== undefined) {
      this.file.problems.add(path, 'value', () => finding)
      return undefined
    }
    if (written.includes('.')) {
      return checkAction(this.file, scope, { name: written, input: {}, keys: {}, step: path, path, at: 'value' })
    }
    this.#noStep(written, path, 'value')
    return undefined
  }

  /** `wait 2s`, `wait:2s`, `pump.pulse 2s`: a word with what should be its value. */
  #lacksColon(written: string): Finding | undefined {
    const [, head = '', mark = '', value = ''] = /^([A-Za-z][\w.-]*)(\s*[:=]\s*|\s+)(\S.*)$/.exec(written) ?? []
    if (head === '') return undefined
    const message = mark.includes(':')
      ? `a space is missing after the colon of ${head}`
      : `a colon is missing after ${head}`
    const [peripheral, action] = splitName(head)
    const definition = this.file.context.bench.definitions.get(peripheral)
    const found = definition && (getOwn(definition.actions, action) as Action | undefined)
    if (found !== undefined) return { code: 'ERR_PLAN_KEY', message, remedy: inputLikeThis(head, found) }
    if (stepKinds.has(head)) return { code: 'ERR_PLAN_KEY', message, remedy: `Write ${head}: ${cut(value)}` }
    return undefined
  }

  /**
   * A step whose word is misspelt: that is the problem, and what follows from it is none. What is in its blocks is checked
   * as if it were the step that is meant.
   */
  #misspelt({ key, word }: MisspeltWord, written: SchemaNode, path: Path, scope: Scope): undefined {
    const { problems } = this.file
    const kind = stepKinds.get(word) as StepKind
    problems.add([...path, key], 'key', () =>
      missingName('ERR_PLAN_KEY', 'step', key, [...WORDS, ...this.#actionNames()]),
    )
    const meant: SchemaNode = {}
    for (const [name, value] of Object.entries(written)) putOwn(meant, name === key ? word : name, value)
    if (kind.blocks.includes(word)) {
      this.steps(written[key], [...path, key], scope)
      putOwn(meant, word, undefined)
    }
    const apart = problems.apart()
    new StepCheck({ ...this.file, problems: apart }).#kind(word, meant, path, scope)
    const blocks = kind.blocks.filter(block => block !== word).map(block => [...path, block])
    problems.addWithin(apart, blocks)
    return undefined
  }

  #kind(word: string, written: SchemaNode, path: Path, scope: Scope): Step | undefined {
    const kind = stepKinds.get(word) as StepKind
    const keys = Object.keys(written)
    // What looks like a step of its own is no misspelt key of this one.
    const strays = keys.filter(key => !hasField(kind, key) && isHead(key))
    this.#strays(word, strays, path)
    const beside = boundsAmong(keys, kind.schema.properties)
    const own: SchemaNode = {}
    const bounds: SchemaNode = {}
    for (const key of keys) {
      if (!strays.includes(key)) putOwn(beside.includes(key) ? bounds : own, key, written[key])
    }
    const step = checkKind(this, { word, kind, written: own, path, scope })
    if (step === undefined || beside.length === 0) return step
    return withBounds(this.file, scope, { word, path, bounds }, step)
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
      this.#noStep(head, [...path, head], 'key', written[head])
    }
    for (const key of new Set(kinds.flatMap(kind => kind.blocks))) {
      if (Object.hasOwn(written, key)) this.steps(written[key], [...path, key], { ...scope, inLoop: true })
    }
    return undefined
  }

  /** @param value What stands behind it. */
  #noStep(name: string, path: Path, at: At, value?: unknown): void {
    const { definitions } = this.file.context.bench
    this.file.problems.add(path, at, () => {
      const actions = Object.keys(definitions.get(name)?.actions ?? {})
      const [first] = actions
      if (first !== undefined) {
        const written = typeof value === 'string' ? value : isNode(value) ? Object.keys(value)[0] : undefined
        const meant = written === undefined ? undefined : actions.find(action => action === written)
        const remedy = meant === undefined ? `Name an action, such as ${name}.${first}.` : `Write ${name}.${meant}.`
        return { code: 'ERR_UNKNOWN_ACTION', message: `${name} alone is no step: what shall it do?`, remedy }
      }
      const kind = stepKinds.get(name)
      if (kind !== undefined) {
        return { code: 'ERR_PLAN_VALUE', message: `${name} needs a value`, remedy: wordLikeThis(name, kind) }
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

interface MisspeltWord {
  readonly key: string
  /** What was meant. */
  readonly word: string
}

/** The key that would be the word of a step if it were spelt right: all others are fields of that step, or near to one. */
function misspeltWord(keys: readonly string[]): MisspeltWord | undefined {
  const word = wordOf(keys)
  const kind = word === undefined ? undefined : stepKinds.get(word)
  if (keys.some(key => key.includes('.')) || (kind !== undefined && keys.every(key => hasField(kind, key)))) {
    return undefined
  }
  for (const key of keys) {
    if (stepKinds.has(key) || FIELDS.has(key)) continue
    const meant = nearest(key, WORDS)
    const other = meant === undefined ? undefined : stepKinds.get(meant)
    if (meant === undefined || other === undefined) continue
    const fields = Object.keys(other.schema.properties).filter(name => name !== meant)
    const isField = (name: string): boolean => fields.includes(name) || nearest(name, fields) !== undefined
    if (keys.every(name => name === key || isField(name))) return { key, word: meant }
  }
  return undefined
}

/** `Write wait: 200ms`. */
function wordLikeThis(word: string, { schema, blocks }: StepKind): string {
  if (blocks.includes(word)) return `Write "${word}:", and its steps on the lines below.`
  const field = schema.properties[word] as SchemaNode
  const example = formatExample(field, exampleOf(field))
  return example.includes('…') ? `Write "- ${word}: ..."` : `Write ${word}: ${example}`
}

function hasField(kind: StepKind, key: string): boolean {
  return Object.hasOwn(kind.schema.properties, key)
}

/** Whether a key says what a step is. */
function isHead(key: string): boolean {
  return stepKinds.has(key) || key.includes('.')
}
