/** Collects everything that is wrong with one file, so that all of it is said at once and in the file's order. */

import { describeMissing } from '../bench/names.js'
import { describeProblem, type Problem } from '../bench/problems.js'
import { type ErrorCode, isPiWorkerError } from '../errors.js'
import { MAX_PROBLEMS, type Path, type Place, type PlanProblem, planError } from './place.js'
import type { PlanSource } from './source.js'

/** What is said of a problem. */
export interface Finding {
  readonly code: ErrorCode
  readonly message: string
  readonly remedy?: string | undefined
  /** Where it is within the text of the value, when that is known. */
  readonly within?: Within | undefined
}

/** A place within a text that is a value, or a part of one. */
export interface Within {
  readonly text: string
  readonly index: number
}

/** Whether the key of a path is meant or what it leads to. */
export type At = 'key' | 'value'

/** Names and keys are quoted in messages, and a file may have any. */
const LONGEST_MESSAGE = 400

interface Entry {
  /** Where in the file of the list; undefined when only the place is known. */
  readonly path?: Path
  readonly place: Place
  /** The files in the order in which they were read. */
  readonly file: number
  readonly say: () => Finding
  /** The place of something within the value. */
  readonly locate?: (within: Within) => Place
}

export class ProblemList {
  readonly #source: PlanSource
  readonly #entries: Entry[]
  readonly #file: number

  /** @param including The list of the file that includes this one: the problems are said with those of that file. */
  constructor(source: PlanSource, including?: ProblemList, file = 0) {
    this.#source = source
    this.#entries = including === undefined ? [] : including.#entries
    this.#file = file
  }

  get length(): number {
    return this.#entries.length
  }

  /** `say` is called for those that are listed: looking for what was meant takes long in a file with many mistakes. */
  add(path: Path, at: At, say: () => Finding): void {
    const source = this.#source
    const locate = (within: Within): Place => source.placeWithin(path, within)
    this.#entries.push({ path, place: source.place(path, at), file: this.#file, say, locate })
  }

  /** Problems that have their places already. */
  addPlaced(problems: readonly PlanProblem[]): void {
    for (const { place, ...finding } of problems) {
      this.#entries.push({ place, file: this.#file, say: () => finding })
    }
  }

  /**
   * What the check of a value found. `path` leads to the value, `label` is what messages call it.
   * @param remedy What to do about a problem, where more is known of that than the check of the value can know.
   */
  addAll(
    problems: readonly Problem[],
    path: Path,
    label: Path,
    remedy: (problem: Problem) => string | undefined = () => undefined,
  ): void {
    for (const problem of problems) {
      const at = [...path, ...problem.path]
      this.add(at, problem.kind === 'value' ? 'value' : 'key', () => ({
        code: problem.code,
        message: describeProblem({ ...problem, path: [...label, ...problem.path] }),
        remedy: remedy(problem) ?? remedyOf(problem),
      }))
    }
  }

  /** An empty one for the same file, for what is tried. */
  apart(): ProblemList {
    return new ProblemList(this.#source, undefined, this.#file)
  }

  /** The problems of such a list that are in one of these, or in another file. */
  addWithin(apart: ProblemList, paths: readonly Path[]): void {
    const isWithin = (at: Path): boolean =>
      paths.some(path => at.length > path.length && path.every((key, index) => at[index] === key))
    this.#entries.push(
      ...apart.#entries.filter(({ path, file }) => file !== this.#file || path === undefined || isWithin(path)),
    )
  }

  /** Runs `attempt`; what it throws is a problem. */
  attempt(path: Path, at: At, attempt: () => unknown): void {
    try {
      attempt()
    } catch (error) {
      this.add(path, at, () => findingOf(error))
    }
  }

  /** @throws one error for all problems, when there are any */
  throwIfAny(): void {
    if (this.#entries.length === 0) return
    const sorted = this.#entries.sort(
      (a, b) => a.file - b.file || a.place.line - b.place.line || a.place.column - b.place.column,
    )
    const problems = sorted.slice(0, MAX_PROBLEMS).map<PlanProblem>(({ place, say, locate }) => {
      const { code, message, remedy, within } = say()
      const exact = within === undefined ? undefined : locate?.(within)
      return { code, message: shorten(message), remedy, place: exact ?? place }
    })
    throw planError(problems, sorted.length)
  }
}

/** What is said of a name that is none of `names`: the nearest of them is suggested. */
export function missingName(code: ErrorCode, what: string, name: string, names: Iterable<string>): Finding {
  const { message, suggestion } = describeMissing(what, name, names)
  return { code, message, remedy: suggestion === undefined ? undefined : meant(suggestion) }
}

/** What an error of ours says. @throws any other error */
function findingOf(error: unknown): Finding {
  if (!isPiWorkerError(error)) throw error
  return { code: error.code, message: error.message, remedy: error.remedy }
}

function remedyOf({ kind, suggestion, remedy }: Problem): string | undefined {
  if (remedy !== undefined) return remedy
  if (suggestion !== undefined) return meant(suggestion)
  return kind === 'missing' ? 'Add what is missing.' : undefined
}

function meant(suggestion: string): string {
  return `Write ${suggestion} if that is what is meant.`
}

function shorten(message: string): string {
  return message.length <= LONGEST_MESSAGE ? message : `${message.slice(0, LONGEST_MESSAGE)}…`
}
