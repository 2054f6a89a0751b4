/**
 * The rules of a bench as its configuration and its interlocks say them: which lines have limits, what they require, and
 * which must never be on together. What cannot be is found here, before anything is opened. Pure.
 */

import { type Static, Type } from 'typebox'
import type { ErrorCode } from '../../errors.js'
import type { Claimant } from '../claims.js'
import { describeMissing } from '../names.js'
import type { OutputLine, Outputs } from '../outputs.js'
import type { Path } from '../plain-data.js'
import { type NamedLine, namedLines } from '../signals.js'
import { listNames } from '../wording.js'
import type { TimeLimits } from './activity.js'
import { findCircles } from './circles.js'
import type { Guarding, LineState } from './keys.js'
import { isSafeOn } from './refuse-config.js'
import { limitsOf } from './refuse-input.js'

/** What is declared for the bench as a whole. */
export const Interlocks = Type.Array(
  Type.Object({
    never: Type.Array(Type.String({ description: 'A peripheral, or one of its lines: motor.forward.' }), {
      description: 'No two of these are ever on at the same time.',
      minItems: 2,
      uniqueItems: true,
    }),
  }),
  { title: 'Interlocks', description: 'What must never be on together.' },
)
export type InterlockSpec = { readonly [K in keyof Static<typeof Interlocks>[number]]: readonly string[] }

/** A condition of a line. */
export interface Requirement<L = number | string> {
  /** As the configuration names it. */
  readonly name: string
  readonly line: L
  readonly state: LineState
  /** Of an output; of an input, its request says it. */
  readonly activeLow: boolean | undefined
}

/** Lines of which only those of one member may be on. */
export interface Group<L = number | string> {
  readonly members: readonly { readonly name: string; readonly lines: readonly L[] }[]
}

/** The rules for one line that switches a load. */
export interface LineRules<L = number | string> {
  readonly peripheral: string
  readonly name: string
  readonly line: L
  readonly activeLow: boolean
  /** It is on in its safe state, which goes before what others want. */
  readonly safeOn: boolean
  readonly limits: TimeLimits
  readonly requires: readonly Requirement<L>[]
}

/** What is wrong with the rules. */
export interface RuleProblem {
  /** In a plan file: `['bench', 'heater', 'requires', 'float']`. */
  readonly path: Path
  readonly at: 'key' | 'value'
  readonly code: ErrorCode
  /** A sentence that names the place. */
  readonly message: string
  readonly remedy: string | undefined
}

/** @typeParam L Lines: while no board is open, their own names may stand for their numbers. */
export interface Rules<L = number | string> {
  /** Those that have any rule. */
  readonly lines: readonly LineRules<L>[]
  readonly groups: readonly Group<L>[]
  readonly problems: readonly RuleProblem[]
}

/** What is known of one peripheral. */
interface Subject {
  readonly name: string
  readonly lines: readonly NamedLine[]
  readonly outputs: readonly OutputLine[]
  readonly loads: readonly OutputLine[]
  /** It drives loads that are no lines. */
  readonly beside: boolean
  readonly config: Guarding
}

/** @param interlocks As checked against their schema. */
export function rulesOf(claimants: Iterable<Claimant>, interlocks: readonly InterlockSpec[]): Rules {
  return new RuleBook([...claimants].map(subjectOf), interlocks).read()
}

function subjectOf(claimant: Claimant): Subject {
  const { definition, config, name } = claimant
  const outputs = (definition.outputs as ((config: unknown) => Outputs) | undefined)?.(config)
  return {
    name,
    lines: namedLines(claimant),
    outputs: outputs?.lines ?? [],
    loads: outputs?.lines.filter(({ load }) => load) ?? [],
    beside: Boolean(outputs?.i2c?.length || outputs?.pwm?.some(({ load = true }) => load)),
    // Only where there are outputs are these keys the bench's own.
    config: outputs === undefined ? {} : (config as Guarding),
  }
}

class RuleBook {
  readonly #subjects: readonly Subject[]
  readonly #interlocks: readonly InterlockSpec[]
  readonly #problems: RuleProblem[] = []

  constructor(subjects: readonly Subject[], interlocks: readonly InterlockSpec[]) {
    this.#subjects = subjects
    this.#interlocks = interlocks
  }

  read(): Rules {
    const required = new Map(this.#subjects.map(subject => [subject, this.#requirements(subject)]))
    this.#refuseCircles(required)
    const groups = this.#interlocks.map(({ never }, index) => this.#group(never, index))
    const lines = this.#subjects.flatMap(subject => this.#rules(subject, required.get(subject)!, groups))
    this.#refuseDeadEnds(lines, groups)
    return { lines, groups, problems: this.#problems }
  }

  #requirements({ name, config }: Subject): Requirement[] {
    return Object.entries(config.requires ?? {}).flatMap(([target, state]) => {
      const path = ['bench', name, 'requires', target]
      const found = this.#find(target, path, 'key', `${name}.requires`)
      if (found === undefined) return []
      const [line, another] = found.lines
      if (line === undefined) {
        const remedy = 'Name a peripheral with a line of its own, such as an input.'
        this.#add(path, 'key', `${name} requires ${target}, which has no line that could be watched`, remedy)
        return []
      }
      if (another !== undefined) {
        const remedy = `Name one of its lines: ${listNames(found.lines.map(line => line.name))}.`
        this.#add(path, 'key', `${name} requires ${target}, which has several lines`, remedy)
        return []
      }
      const output = found.subject.outputs.find(one => one.line === line.line)
      return [{ name: target, line: line.line, state, activeLow: output?.activeLow }]
    })
  }

  #group(never: readonly string[], index: number): Group {
    const members = never.flatMap((name, at) => {
      const path = ['interlocks', index, 'never', at]
      const found = this.#find(name, path, 'value', `interlocks[${index}].never`)
      if (found === undefined) return []
      const { subject } = found
      const loads = subject.loads.filter(({ line }) => found.lines.some(one => one.line === line))
      if (loads.length > 0 && !subject.beside) return [{ name, lines: loads.map(({ line }) => line), loads, path }]
      const why = subject.beside ? 'drives a load that is no line' : 'has no line that switches a load'
      this.#add(path, 'value', `${name} cannot be in an interlock: it ${why}`, 'Name what switches a load by a line.')
      return []
    })
    for (const [at, { name, lines, loads, path }] of members.entries()) {
      const before = members.slice(0, at)
      const same = before.find(other => other.lines.some(line => lines.includes(line)))
      if (same !== undefined) {
        const remedy = 'Name each line once.'
        this.#add(path, 'value', `${name} and ${same.name} are the same line, which is on whenever it is on`, remedy)
      }
      const alsoOn = before.find(other => other.loads.some(isSafeOn))
      if (alsoOn !== undefined && loads.some(isSafeOn)) {
        const message = `${alsoOn.name} and ${name} must never be on together, and both are on in their safe states`
        this.#add(path, 'value', message, 'Make the safe state of one of them off.')
      }
    }
    return { members: members.map(({ name, lines }) => ({ name, lines })) }
  }

  /** The lines of a peripheral, or the one of that name. */
  #find(name: string, path: Path, at: RuleProblem['at'], place: string) {
    for (const subject of this.#subjects) {
      if (subject.name === name) return { subject, lines: subject.lines }
      const line = subject.lines.find(line => line.name === name)
      if (line !== undefined) return { subject, lines: [line] }
    }
    const names = this.#subjects.flatMap(({ name, lines }) => [name, ...lines.map(line => line.name)])
    const { message, suggestion } = describeMissing('peripheral or line', name, new Set(names))
    const remedy = suggestion === undefined ? 'Name one that is there.' : `Write ${suggestion} if that was meant.`
    this.#problems.push({ path, at, code: 'ERR_UNKNOWN_PERIPHERAL', message: `${place}: ${message}`, remedy })
    return undefined
  }

  #refuseCircles(required: ReadonlyMap<Subject, readonly Requirement[]>): void {
    const next = new Map<string, Map<string, string>>()
    for (const [{ name }, requirements] of required) {
      const owners = requirements.map(({ line, name: written }) => [this.#ownerOf(line).name, written] as const)
      next.set(name, new Map(owners))
    }
    for (const circle of findCircles(new Map([...next].map(([name, targets]) => [name, [...targets.keys()]])))) {
      const [first, second = first] = circle as [string, ...string[]]
      const steps = circle.map((name, at) => `${name} requires ${circle[(at + 1) % circle.length]}`)
      const path = ['bench', first, 'requires', next.get(first)!.get(second)!]
      const remedy = 'Leave out one of them; for two that must not be on together, use interlocks: never.'
      this.#add(path, 'key', `${steps.join(', and ')}: none of them could ever go on`, remedy)
    }
  }

  #ownerOf(line: number | string): Subject {
    return this.#subjects.find(({ lines }) => lines.some(one => one.line === line)) as Subject
  }

  #rules(subject: Subject, requires: readonly Requirement[], groups: readonly Group[]): LineRules[] {
    const { name: peripheral, config, lines, loads } = subject
    const grouped = new Set(groups.flatMap(({ members }) => members.flatMap(member => member.lines)))
    const limited = [config.maxOn, config.minOff, config.maxDuty, config.maxToggleRate, config.requires]
    const isLimited = limited.some(value => value !== undefined)
    const limits = limitsOf(config)
    return loads.flatMap(load => {
      const { line, activeLow } = load
      if (!isLimited && !grouped.has(line)) return []
      const name = lines.find(one => one.line === line)?.name ?? peripheral
      return [{ peripheral, name, line, activeLow, safeOn: isSafeOn(load), limits, requires }]
    })
  }

  /** A line that may be on only while another one is with which it must never be. */
  #refuseDeadEnds(lines: readonly LineRules[], groups: readonly Group[]): void {
    for (const { peripheral, name, line, requires } of lines) {
      for (const requirement of requires) {
        const other = this.#ownerOf(requirement.line).loads.find(load => load.line === requirement.line)
        if (other === undefined || !isOn(requirement.state, other)) continue
        const apart = groups.some(({ members }) => {
          const of = (line: number | string) => members.findIndex(member => member.lines.includes(line))
          return of(line) >= 0 && of(other.line) >= 0 && of(line) !== of(other.line)
        })
        if (!apart) continue
        const path = ['bench', peripheral, 'requires', requirement.name]
        const message = `${name} requires that ${requirement.name} is on, and must never be on together with it`
        this.#add(path, 'key', message, 'Leave out the condition or the interlock.')
      }
    }
  }

  #add(path: Path, at: RuleProblem['at'], message: string, remedy: string): void {
    this.#problems.push({ path, at, code: 'ERR_PLAN_VALUE', message, remedy })
  }
}

function isOn(state: LineState, { activeLow }: OutputLine): boolean {
  return state === 'on' || state === (activeLow ? 'low' : 'high')
}
