/** `pi-worker doctor`: looks at everything that jobs on real lines depend on, and says how to mend what is wrong. */

import pc from 'picocolors'
import type { DriverName } from '../../drivers/driver.js'
import { isPiWorkerError } from '../errors.js'
import { type Clock, SystemClock } from '../worker/clock.js'
import {
  type Check,
  checkAccess,
  checkBoard,
  checkBuses,
  checkChip,
  checkClock,
  checkExports,
  checkKernel,
  checkNode,
  checkPigpiod,
  type Examination,
  type Probe,
} from './doctor-checks.js'
import { checkDrivers, checkFunctions, checkHolders, checkPackages, checkRelease, conclusion } from './doctor-lines.js'
import { oneLine } from './format.js'
import { type LineWorld, thisWorld } from './line-world.js'
import type { Session } from './program.js'
import { wrapped } from './wrap.js'

export interface DoctorFlags {
  readonly json?: true
}

/** Opening one of these requests no line. Opening pigpio would start its DMA. */
const TRIED: readonly DriverName[] = ['gpiochip', 'onoff']
const EXIT = { ok: 0, warning: 1, problem: 2 } as const

/** 0 when all is well, 1 when there are warnings, 2 when there are problems. */
export async function doctorCommand(
  session: Session,
  { json }: DoctorFlags,
  world: LineWorld = thisWorld(),
): Promise<number> {
  const probes = await probeAll(world, session.io.clock ?? new SystemClock())
  try {
    const { machine } = world
    const system = await machine.system()
    const examination = { machine, system, functions: await machine.functions(), probes }
    const checks = grouped(unrepeated(allChecks(examination)))
    const verdict = gravest(checks)
    const summary = conclusion(examination)
    if (json) session.out.write(`${JSON.stringify({ verdict, summary, checks: checks.map(toJson) }, null, 2)}\n`)
    else session.out.write(report(checks, summary, session))
    return EXIT[verdict]
  } finally {
    for (const { board } of probes) await board?.close()
  }
}

async function probeAll(world: LineWorld, clock: Clock): Promise<Probe[]> {
  const probes: Probe[] = []
  for (const driver of TRIED) {
    try {
      probes.push({ driver, board: (await world.open({ driver, clock })).board, error: undefined })
    } catch (error) {
      if (!isPiWorkerError(error)) throw error
      probes.push({ driver, board: undefined, error })
    }
  }
  return probes
}

function allChecks(examination: Examination): Check[] {
  return [
    checkBoard(examination),
    checkKernel(examination),
    checkNode(examination),
    checkChip(examination),
    ...checkAccess(examination),
    ...checkDrivers(examination),
    checkPackages(examination),
    ...checkHolders(examination),
    ...checkFunctions(examination),
    ...checkExports(examination),
    ...checkRelease(examination),
    ...checkPigpiod(examination),
    ...checkBuses(examination),
    ...checkClock(examination),
  ]
}

/** What mends several things is said once, where it is met first. */
function unrepeated(checks: readonly Check[]): Check[] {
  const said = new Set<string>()
  return checks.map(check => {
    const fresh = (text: string | undefined): string | undefined => {
      if (text === undefined || said.has(text)) return undefined
      said.add(text)
      return text
    }
    return { ...check, mend: fresh(check.mend), advice: fresh(check.advice) }
  })
}

/** A check, or one that finds in another way what the one that it follows found. */
interface Finding extends Check {
  /** Name of the check that says what they have in common. */
  readonly follows: string | undefined
}

/** The checks with one cause: the first speaks and is counted, the others follow it. */
function grouped(checks: readonly Check[]): Finding[] {
  const leaders = new Map<string, Check>()
  return checks.map(check => {
    const { cause } = check
    const leader = cause === undefined ? undefined : leaders.get(cause)
    if (cause !== undefined && leader === undefined) leaders.set(cause, check)
    return { ...check, follows: leader?.name }
  })
}

function gravest(checks: readonly Check[]): Check['state'] {
  const states = checks.map(({ state }) => state)
  if (states.includes('problem')) return 'problem'
  return states.includes('warning') ? 'warning' : 'ok'
}

function toJson({ name, state, finding, mend, advice, follows }: Finding): Record<string, string | null> {
  return { name, state, finding, mend: mend ?? null, advice: advice ?? null, follows: follows ?? null }
}

/** Columns: state, name, and what was found, which goes on below itself. */
const STATE = 7
const NAME = 9
const INDENT = STATE + 2 + NAME + 2
const WIDTH = 100

function report(checks: readonly Finding[], summary: string, { io, out }: Session): string {
  const colors = pc.createColors(out.colored)
  const paint = { ok: colors.green, warning: colors.yellow, problem: colors.red }
  const width = Math.min(io.stdout.columns ?? 80, WIDTH)
  const below = ' '.repeat(INDENT)
  const lines: string[] = []
  for (const { name, state, finding, mend, advice, follows } of checks) {
    const shown = follows === undefined ? paint[state](state.padEnd(STATE)) : colors.dim('follows'.padEnd(STATE))
    const [first = '', ...rest] = wrapped(oneLine(finding), width - INDENT)
    lines.push(`${shown}  ${colors.bold(name.padEnd(NAME))}  ${first}`)
    lines.push(...rest.map(text => below + text))
    // A command stays on one line of text, however long it is, so that it can be copied.
    if (mend !== undefined) lines.push(`${below}mend: ${colors.cyan(oneLine(mend))}`)
    if (advice !== undefined) lines.push(...wrapped(oneLine(advice), width - INDENT).map(text => below + text))
  }
  const told = checks.filter(({ follows }) => follows === undefined)
  const problems = told.filter(({ state }) => state === 'problem').length
  const warnings = told.filter(({ state }) => state === 'warning').length
  const counts = [count(problems, 'problem'), count(warnings, 'warning')].filter(text => text !== '').join(', ')
  lines.push('', ...wrapped(`${counts === '' ? 'All is well' : counts}. ${summary}`, width))
  return lines.map(line => `${line}\n`).join('')
}

function count(number: number, what: string): string {
  return number === 0 ? '' : `${number} ${what}${number === 1 ? '' : 's'}`
}
