/** What `run` and `rehearse` can be asked for, and what of it cannot be had. */

import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { DriverName } from '../../drivers/driver.js'
import { PiWorkerError } from '../errors.js'
import type { RunSync } from '../records/run/format.js'
import { parseDuration } from '../worker/duration.js'

export interface RunFlags {
  readonly driver: 'auto' | DriverName
  readonly chip?: string
  readonly virtual?: true
  /** A file; false: not in the record either. */
  readonly trace?: string | false
  readonly timescale: '1us' | '1ns'
  readonly seed?: string
  readonly replay?: string
  /** The folder of the journal; false for none. */
  readonly journal?: string | false
  /** `name=value` */
  readonly param?: readonly string[]
  readonly yes?: true
  /** False: nothing is recorded. */
  readonly record?: boolean
  /** The folder of all runs. */
  readonly runs?: string
  /** The folder of this run. */
  readonly out?: string
  readonly sync?: RunSync
  /** The run that this one goes on with. */
  readonly resume?: string
  /** How long the plan goes on at most. */
  readonly for?: string
  readonly json?: true
  readonly quiet?: true
  readonly verbose?: true
  /** It is `rehearse`. */
  readonly rehearsal?: true
}

/** @throws ERR_USAGE */
export function checkFlags(file: string, flags: RunFlags): void {
  const { driver, virtual, trace = false, replay, out, runs, record, sync, resume, param } = flags
  parseSeed(flags)
  parseParams(flags)
  if (flags.for !== undefined) parseDuration(flags.for, '--for')
  if (virtual && driver !== 'mock') {
    throw usage(
      `--virtual cannot be had with --driver ${driver}: real lines have real time`,
      'Add --driver mock, or leave out --virtual.',
    )
  }
  if (replay !== undefined && driver !== 'mock') {
    throw usage(
      `--replay cannot be had with --driver ${driver}: real lines do what they do`,
      'Add --driver mock, or leave out --replay.',
    )
  }
  if (trace !== false && replay !== undefined && sameFile(trace, replay)) {
    throw usage(
      'the trace would be written over the recording',
      'Name another file for the trace: --trace again.vcd.',
      trace,
    )
  }
  if (trace !== false && sameFile(trace, file)) {
    throw usage('the trace would be written over the plan', 'Name another file for the trace: --trace run.vcd.', trace)
  }
  if (resume !== undefined && param !== undefined) {
    throw usage('--resume cannot be had with --param: parameters are as they were', 'Leave one of them out.')
  }
  if (out !== undefined && runs !== undefined) {
    throw usage('--out and --runs both say where the record is to be', 'Leave one of them out.')
  }
  if (record === false && (out ?? runs ?? sync) !== undefined) {
    throw usage('--no-record cannot be had with --out, --runs or --sync', 'Leave it out, or them.')
  }
}

/** @throws ERR_USAGE */
export function parseSeed({ driver, seed }: RunFlags): number | undefined {
  if (seed === undefined) return undefined
  if (driver !== 'mock') {
    throw usage(
      `--seed cannot be had with --driver ${driver}: real lines have no seed`,
      'Add --driver mock, or leave out --seed.',
    )
  }
  if (!/^\d{1,15}$/.test(seed)) throw usage(`--seed is a whole number, not "${seed}"`, 'Write --seed 7.')
  return Number(seed)
}

/** What the parameters of the plan are to be, as they were written. @throws ERR_USAGE */
export function parseParams({ param = [] }: Pick<RunFlags, 'param'>): Readonly<Record<string, string>> {
  const params = new Map<string, string>()
  for (const text of param) {
    const at = text.indexOf('=')
    const name = text.slice(0, at).trim()
    if (at === -1 || name === '') throw usage(`--param ${text} does not say what is what`, 'Write --param dose=20ml.')
    if (params.has(name)) throw usage(`--param ${name} is there twice`, 'Leave one of them out.')
    params.set(name, text.slice(at + 1).trim())
  }
  return Object.fromEntries(params)
}

/** The same path, or two names of one file. */
function sameFile(one: string, other: string): boolean {
  const [a, b] = [one, other].map(path => statSync(path, { throwIfNoEntry: false }))
  return resolve(one) === resolve(other) || (a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino)
}

function usage(message: string, remedy: string, place?: string): PiWorkerError {
  return new PiWorkerError('ERR_USAGE', message, { remedy, place })
}
