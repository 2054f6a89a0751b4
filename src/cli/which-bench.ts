/** Which bench is meant by a name, or by none where there is only one: for pause, resume and reset. */

import { runFolder } from '../bench/run-folder.js'
import { type BenchAddress, pathName } from '../bench/stop/bench-address.js'
import { benchesNamed, labelOf, oneBenchNamed, runningBenches, statusOf } from '../bench/stop/running-benches.js'
import { type MarkedStop, StopMark, stopMarks } from '../bench/stop/stop-mark.js'
import { isPiWorkerError, PiWorkerError } from '../errors.js'
import type { Session } from './program.js'

/** What a reset is asked of: a bench that runs, or a stop that is remembered although its program has ended. */
export type ToReset =
  | { readonly kind: 'running'; readonly name: string }
  /** It runs, and nobody has stopped it. */
  | { readonly kind: 'not stopped'; readonly name: string }
  | { readonly kind: 'remembered'; readonly name: string; readonly stop: MarkedStop }

/** The name of the only bench that runs. @throws ERR_NOT_RUNNING: none does; ERR_USAGE: several do */
export async function onlyBench({ io }: Session, command: string): Promise<string> {
  const benches = await benchesNamed(undefined, { folder: runFolder(io.env) })
  const [bench] = benches
  if (bench !== undefined && benches.length === 1) return bench.name
  throw severalError(command, 'run', benches.map(labelOf))
}

/** The stops that are remembered of benches that do not run. @throws ERR_FILE, ERR_PERMISSION */
export function rememberedStops(folder: string, running: readonly BenchAddress[]): MarkedStop[] {
  return stopMarks(folder).filter(stop => !running.some(bench => bench.name === stop.name))
}

/** Those of that name; those that differ in case only, where there is no other. */
export function stopsNamed(stops: readonly MarkedStop[], name: string): MarkedStop[] {
  const wanted = pathName(name)
  const named = stops.filter(stop => stop.name === wanted)
  if (named.length > 0) return named
  return stops.filter(stop => stop.name.toLowerCase() === wanted.toLowerCase())
}

/** The one that is to be reset. @throws ERR_NOT_RUNNING: there is none, or of one name several; ERR_USAGE: several are stopped */
export async function benchToReset({ io }: Session, name: string | undefined): Promise<ToReset> {
  const folder = runFolder(io.env)
  const running = await runningBenches({ folder })
  const remembered = rememberedStops(folder, running)
  if (name === undefined) return await onlyStopped(folder, running, remembered)
  const isRunning = running.some(bench => bench.name === pathName(name))
  const [stop, other] = isRunning ? [] : stopsNamed(remembered, name)
  if (stop !== undefined && other === undefined) return { kind: 'remembered', name: stop.name, stop }
  try {
    const bench = await oneBenchNamed(name, { folder })
    const isStopped = await knownStopped(bench, folder)
    return { kind: isStopped === false ? 'not stopped' : 'running', name }
  } catch (error) {
    const none = isPiWorkerError(error, 'ERR_NOT_RUNNING') && error.details.running !== undefined
    throw none ? nothingStopped(name, running, remembered) : error
  }
}

async function onlyStopped(
  folder: string,
  running: readonly BenchAddress[],
  remembered: readonly MarkedStop[],
): Promise<ToReset> {
  const areStopped = await Promise.all(running.map(bench => knownStopped(bench, folder)))
  const stopped: readonly ToReset[] = [
    ...running
      .filter((_, index) => areStopped[index])
      .map(bench => ({ kind: 'running' as const, name: nameOf(bench, running) })),
    ...remembered.map(stop => ({ kind: 'remembered' as const, name: stop.name, stop })),
  ]
  const [first] = stopped
  if (first === undefined) throw nothingStopped(undefined, running, remembered)
  if (stopped.length === 1) return first
  throw severalError(
    'reset',
    'are stopped',
    stopped.map(({ name: each }) => each),
  )
}

/** What a bench is called by: its name alone, where no other has it. */
export function nameOf(bench: BenchAddress, running: readonly BenchAddress[]): string {
  return running.filter(({ name }) => name === bench.name).length === 1 ? bench.name : labelOf(bench)
}

/** Undefined for one that does not answer: whoever asks for it by its name gets to know why. */
async function knownStopped(bench: BenchAddress, folder: string): Promise<boolean | undefined> {
  // By its guardian, while it was stuck: the bench itself does not know of it.
  if (new StopMark(bench.name, folder).read() !== undefined) return true
  try {
    return (await statusOf(bench, { folder })).stopped !== null
  } catch {
    return undefined
  }
}

function nothingStopped(
  name: string | undefined,
  running: readonly BenchAddress[],
  remembered: readonly MarkedStop[],
): PiWorkerError {
  const names = [...running.map(labelOf), ...remembered.map(stop => stop.name)]
  const others = names.length > 0 ? `There are: ${names.join(', ')}. ` : ''
  const message =
    name === undefined ? 'no bench is stopped' : `no bench called "${name}" is running, and no stop of it is remembered`
  const remedy = `${others}Nothing else needs a reset: what has ended can be started again. Of a simulated bench without a journal no stop is remembered.`
  return new PiWorkerError('ERR_NOT_RUNNING', message, {
    place: name,
    remedy,
    details: { running: running.map(labelOf) },
  })
}

function severalError(command: string, what: string, names: readonly string[]): PiWorkerError {
  return new PiWorkerError('ERR_USAGE', `${names.length} benches ${what}: ${names.join(', ')}`, {
    remedy: `Say which: pi-worker ${command} ${names[0]}.`,
    details: { names },
  })
}
