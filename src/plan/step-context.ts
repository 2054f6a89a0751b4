/** What a step of a file is made with, while the file is checked. */

import { getOwn } from '../bench/plain-data.js'
import { findAction, splitName } from './check-action.js'
import { includeFile } from './check-include.js'
import type { StepReader } from './check-kind.js'
import type { Text } from './expressions/text.js'
import type { Expression, ValueType, Variable } from './expressions/value.js'
import { compileExpression, compileText } from './file-check.js'
import { formatPlace, type Path, type Place } from './place.js'
import type { ParamSlot, Step } from './plan.js'
import { type At, type Finding, missingName } from './problem-list.js'
import type { Column, Stream } from './rows.js'
import type { Scope } from './scope.js'
import type { IncludedFile, RecordedAction, StepContext } from './steps/kind.js'
import { sameColumns } from './steps/record.js'

interface StepFacts {
  readonly path: Path
  readonly written: object
  readonly place: Place
  readonly round: Variable | undefined
  readonly axes: readonly Variable[]
}

export class FileStepContext implements StepContext {
  readonly place: Place
  readonly round: number | undefined
  readonly axes: readonly Variable[]
  /** Read when all before them is. */
  blocks: ReadonlyMap<string, Step[]> = new Map()
  readonly #reader: StepReader
  readonly #scope: Scope
  /** Of its conditions, which know the rounds that they are looked at for. */
  readonly #own: Scope
  readonly #path: Path
  readonly #written: object
  readonly #compiled = new Map<string, Expression | undefined>()

  constructor(reader: StepReader, scope: Scope, { path, written, place, round, axes }: StepFacts) {
    this.#reader = reader
    this.#scope = scope
    this.#own = round === undefined ? scope : { ...scope, variables: new Map([...scope.variables, ['round', round]]) }
    this.#path = path
    this.#written = written
    this.place = place
    this.round = round?.slot
    this.axes = axes
  }

  get axesAround(): readonly Variable[] {
    return this.#scope.axes
  }

  readonly block = (key: string): readonly Step[] => this.blocks.get(key) ?? []

  readonly has = (key: string): boolean => getOwn(this.#written, key) !== undefined

  readonly expression = (path: Path, text: string, type?: ValueType): Expression | undefined => {
    const key = JSON.stringify(path)
    if (!this.#compiled.has(key)) {
      const at = { path: [...this.#path, ...path], text, type }
      this.#compiled.set(key, compileExpression(this.#reader.file, this.#own, at))
    }
    return this.#compiled.get(key)
  }

  readonly text = (path: Path, text: string): Text =>
    compileText(this.#reader.file, this.#scope, [...this.#path, ...path], text)

  readonly param = (path: Path, at: At, name: string): ParamSlot | undefined => {
    const { params } = this.#scope
    const found = params.get(name)
    if (found === undefined) this.refuse(path, at, missingName('ERR_PARAM', 'parameter', name, params.keys()))
    return found
  }

  readonly meaning = (name: string): 'action' | 'value' | undefined => {
    if (this.#scope.variables.has(name)) return 'value'
    const [peripheral, key] = splitName(name)
    const { definitions } = this.#reader.file.context.bench
    const definition = definitions.get(peripheral)
    if (definition === undefined) return definitions.has(peripheral) || !name.includes('.') ? undefined : 'action'
    if (getOwn(definition.actions, key) !== undefined) return 'action'
    // What looks like neither is most probably a misspelt action.
    const outputs = Object.values(definition.actions).map(({ output }) => output as { properties?: object } | undefined)
    const isField = outputs.some(output => Object.hasOwn(output?.properties ?? {}, key.split('.')[0] ?? ''))
    return isField || key.includes('.') ? 'value' : 'action'
  }

  readonly action = (path: Path, written: unknown): RecordedAction | undefined => {
    const { file } = this.#reader
    const at = [...this.#path, ...path]
    const name = typeof written === 'string' ? written : Object.keys(written as object).find(key => key.includes('.'))
    if (name === undefined) {
      const message = 'only actions can be recorded, as <peripheral>.<action>: { ... }'
      return this.refuse(path, 'value', { code: 'ERR_PLAN_VALUE', message, remedy: 'Put other steps before record.' })
    }
    const step = this.#reader.step(written, at, this.#scope)
    if (step === undefined) return undefined
    const found = findAction(file, { name, input: {}, keys: {}, step: at, path: at, at: 'value' })
    const [peripheral, action] = splitName(name)
    return found && { step, peripheral, action, output: found.output }
  }

  readonly stream = (path: Path, name: string, columns: readonly Column[]): Stream | undefined => {
    const { context } = this.#reader.file
    const found = context.stream(name, columns, this.place, known => sameColumns(known.columns, columns))
    if ('columns' in found) return found
    return this.refuse(path, 'key', {
      code: 'ERR_PLAN_VALUE',
      message: `the rows of ${name} have other columns already: those at ${formatPlace(found)}`,
      remedy: 'Put these rows into a stream of their own: to: summary.',
    })
  }

  readonly include = (path: Path, file: string, given: Readonly<Record<string, unknown>>): IncludedFile | undefined =>
    includeFile(this.#reader, this.#scope, { path: [...this.#path, ...path], file, given })

  readonly timesFault: StepContext['timesFault'] = (pattern, timezone) =>
    this.#reader.file.context.times.faultOf(pattern, timezone)

  readonly asks = (text: string, param: string | undefined, needed: boolean): void => {
    this.#reader.file.context.prompts.push({ text, param, needed, place: this.place })
  }

  readonly refuse = (path: Path, at: At, finding: Finding): undefined => {
    this.#reader.file.problems.add([...this.#path, ...path], at, () => finding)
  }

  readonly warn = (path: Path, message: string, remedy: string): void => {
    const { context, source } = this.#reader.file
    context.warnings.push({ message, place: source.place([...this.#path, ...path], 'key'), remedy })
  }
}
