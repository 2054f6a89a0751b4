/** The check of a step of a kind of the table: its fields by its schema, its blocks with what they know, its expressions. */

import { check } from '../bench/check.js'
import { getOwn, putOwn } from '../bench/plain-data.js'
import { describeProblem, type Problem, problemsOf } from '../bench/problems.js'
import type { SchemaNode } from '../bench/schema.js'
import { PiWorkerError } from '../errors.js'
import { Template } from './expressions/template.js'
import type { Variable } from './expressions/value.js'
import { compileHoles, type FileCheck, isFixed } from './file-check.js'
import { lacksEquals } from './lacks-equals.js'
import { formatPlace, type Path } from './place.js'
import type { Step } from './plan.js'
import type { Finding } from './problem-list.js'
import { trySamples } from './samples.js'
import type { Scope } from './scope.js'
import { FileStepContext } from './step-context.js'
import type { StepContext, StepKind } from './steps/kind.js'
import { refuseAxisName } from './steps/scan.js'

/** Who reads steps: the check of the file that they are in. */
export interface StepReader {
  readonly file: FileCheck
  /** The same for another file. */
  readonly readIn: (file: FileCheck) => StepReader
  steps(written: unknown, path: Path, scope: Scope): Step[]
  step(written: unknown, path: Path, scope: Scope): Step | undefined
}

export interface WrittenKind {
  readonly word: string
  readonly kind: StepKind
  /** Without what stands beside it and is not its own. */
  readonly written: SchemaNode
  readonly path: Path
  readonly scope: Scope
}

export function checkKind(reader: StepReader, { word, kind, written, path, scope }: WrittenKind): Step | undefined {
  const { file } = reader
  const { problems, source } = file
  const { late = [], loop = false, first } = kind.options
  const fields: SchemaNode = {}
  const early: SchemaNode = {}
  for (const [key, value] of Object.entries(written)) {
    const isBlock = kind.blocks.includes(key)
    putOwn(fields, key, isBlock ? null : value)
    if (!isBlock && late !== 'all' && !late.includes(key)) putOwn(early, key, value)
  }
  const holes = compileHoles(file, scope, early, path)
  const axes = axesOf(file, kind, written, path, scope)
  const round = loop ? roundVariable(file) : undefined
  const context = new FileStepContext(reader, scope, { path, written, place: source.place(path), round, axes })
  const condition = first === undefined ? undefined : getOwn(written, first)
  // What depends on readings alone hides no value of a parameter from the steps that it guards.
  let guarded = true
  if (first !== undefined && typeof condition === 'string' && condition.startsWith('=')) {
    const guard = context.expression([first], condition, 'boolean')
    guarded = guard === undefined || guard.uses.variables.some(({ kind: of }) => of !== 'round')
  }
  context.blocks = blocksOf(reader, { kind, written, path, scope, axes, round, guarded })
  if (holes === undefined) return undefined
  const addAll = (found: readonly Problem[]): void => {
    const remedy = ({ kind: of, path: at }: Problem) =>
      of === 'value' ? lacksEquals(file, scope, written, at) : undefined
    for (const problem of found) problems.addAll([problem], path, problem.path.length === 0 ? [word] : [], remedy)
  }
  if (holes.length === 0) {
    const checked = check(kind.fields, fields)
    if (checked.problems === undefined) return kind.make(checked.value as never, context)
    addAll(checked.problems)
    return undefined
  }
  const template = new Template(fields, holes)
  const tried = trySamples(template, kind.fields, scope.certain, data => problemsOf(kind.fields, data))
  addAll(tried.problems)
  if (tried.problems.length > 0) return undefined
  const fitting = check(kind.fields, tried.sample)
  const before = problems.length
  const sample = fitting.value === undefined ? undefined : kind.make(fitting.value as never, context)
  if (sample === undefined && problems.length > before) return undefined
  const make = (data: unknown): Step => {
    const checked = check(kind.fields, data)
    if (checked.problems !== undefined) throw refusal(context, checked.problems)
    const step = kind.make(checked.value as never, new RunStepContext(context))
    if (step === undefined) throw unfit(context, `the ${word} cannot be made`)
    return step
  }
  return {
    kind: 'computed',
    make: values => make(template.evaluate(values)),
    sample,
    fixed: holes.every(isFixed),
    place: context.place,
  }
}

interface Blocks extends Omit<WrittenKind, 'word'> {
  readonly axes: readonly Variable[]
  readonly round: Variable | undefined
  /** Whether the steps of uncertain blocks may be left out for the sake of values that are known. */
  readonly guarded: boolean
}

function blocksOf(
  reader: StepReader,
  { kind, written, path, scope, axes, round, guarded }: Blocks,
): Map<string, Step[]> {
  const { context } = reader.file
  if (kind.blocks.length === 0) return new Map()
  const { loop = false, unordered = false, uncertain = [], whole = [] } = kind.options
  const group = unordered ? context.group(scope) : scope.group
  const own = round === undefined ? axes : [...axes, round]
  const variables =
    own.length === 0
      ? scope.variables
      : new Map([...scope.variables, ...own.map(variable => [variable.name, variable] as const)])
  const blocks = new Map<string, Step[]>()
  for (const key of kind.blocks) {
    const block = getOwn(written, key)
    if (block === undefined) continue
    const within: Scope = {
      ...scope,
      variables,
      axes: [...scope.axes, ...axes],
      inLoop: (scope.inLoop || loop) && !whole.includes(key),
      certain: scope.certain && !(guarded && uncertain.includes(key)),
      group,
    }
    blocks.set(key, reader.steps(block, [...path, key], within))
  }
  if (group !== undefined && group !== scope.group) context.endGroup(group)
  return blocks
}

function axesOf(
  { context, problems }: FileCheck,
  kind: StepKind,
  written: SchemaNode,
  path: Path,
  scope: Scope,
): Variable[] {
  const seen = new Set<string>()
  return (kind.options.axes?.(written) ?? []).flatMap(axis => {
    const variable = scope.variables.get(axis.name)
    const taken = context.bench.definitions.has(axis.name)
      ? 'a peripheral'
      : variable !== undefined
        ? variable.kind === 'param'
          ? 'a parameter'
          : 'an axis around it'
        : seen.has(axis.name)
          ? 'another axis'
          : undefined
    seen.add(axis.name)
    const wrong = refuseAxisName(axis.name, taken)
    if (wrong !== undefined) problems.add([...path, 'scan', axis.name], 'key', () => wrong)
    return [{ ...axis, kind: 'axis' as const, slot: context.newSlot(axis.samples[0] ?? 0) }]
  })
}

function roundVariable({ context }: FileCheck): Variable {
  return { name: 'round', kind: 'round', slot: context.newSlot(1), type: 'number', samples: [1] }
}

/** What a step is made with while the plan runs: what is wrong then ends the step. */
class RunStepContext implements StepContext {
  readonly #context: FileStepContext
  readonly place
  readonly round
  readonly axes
  readonly axesAround

  constructor(context: FileStepContext) {
    this.#context = context
    this.place = context.place
    this.round = context.round
    this.axes = context.axes
    this.axesAround = context.axesAround
  }

  readonly block = (key: string): readonly Step[] => this.#context.block(key)
  readonly has = (key: string): boolean => this.#context.has(key)
  /** They have been compiled before. */
  readonly expression: StepContext['expression'] = (path, text, type) => this.#context.expression(path, text, type)
  readonly refuse = (_path: Path, _at: unknown, { message }: Finding): never => {
    throw unfit(this.#context, message)
  }
  readonly warn = (): void => {}
  readonly timesFault: StepContext['timesFault'] = (pattern, timezone) => this.#context.timesFault(pattern, timezone)
  readonly asks = (): never => this.#never()
  readonly text = (): never => this.#never()
  readonly param = (): never => this.#never()
  readonly meaning = (): never => this.#never()
  readonly action = (): never => this.#never()
  readonly stream = (): never => this.#never()
  readonly include = (): never => this.#never()

  /** The kinds that ask for these look for all their expressions themselves. */
  #never(): never {
    throw unfit(this.#context, 'this step cannot be made anew')
  }
}

function refusal(context: StepContext, problems: readonly Problem[]): PiWorkerError {
  return unfit(context, problems.slice(0, 3).map(describeProblem).join('; '))
}

function unfit({ place }: StepContext, message: string): PiWorkerError {
  return new PiWorkerError('ERR_EXPRESSION', `what the expressions of this step come to does not fit: ${message}`, {
    place: formatPlace(place),
    remedy: 'Correct the expressions, or what they are made of.',
  })
}
