/**
 * A stop outlives its program: a small file in the run folder says that a bench was stopped and not reset, so that
 * nothing that starts the program again, as systemd does, goes round the stop.
 */

import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { codeOf, messageOf, PiWorkerError } from '../../errors.js'
import { hasRunFolder, makeRunFolder, runFolder } from '../run-folder.js'
import { pathName } from './bench-address.js'

/** What is stopped by whom, when and why. */
export interface MarkedStop {
  /** The name of the bench, as paths have it. */
  readonly name: string
  readonly reason: string
  readonly by: string
  /** ISO 8601; null when the file does not say it. */
  readonly since: string | null
}

/** What a stop is remembered by. */
export interface MarkFacts {
  readonly reason: string
  readonly by: string
  /** ms since the Unix epoch. */
  readonly time: number
}

const FILE = /^stopped-([\w.-]+)\.json$/
const OWN_ONLY = 0o600

export class StopMark {
  readonly path: string
  /** Of the bench, as paths have it. */
  readonly name: string
  readonly #folder: string

  /** @param name Of the bench. */
  constructor(name: string, folder = runFolder()) {
    this.#folder = folder
    this.name = pathName(name)
    this.path = join(folder, `stopped-${this.name}.json`)
  }

  /**
   * Undefined when the bench was not stopped, or was reset. What cannot be understood says that it was.
   * @throws ERR_FILE; ERR_PERMISSION: others may have made or removed it
   */
  read(): MarkedStop | undefined {
    if (!hasRunFolder(this.#folder)) return undefined
    const unknown = { name: this.name, reason: 'no reason is known', by: 'somebody', since: null }
    let text: string
    try {
      text = readFileSync(this.path, 'utf8')
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined
      throw this.#failure('read', error)
    }
    try {
      const { reason, by, since } = JSON.parse(text) as Partial<Record<string, unknown>>
      if (typeof reason !== 'string' || typeof by !== 'string' || typeof since !== 'string') return unknown
      return { name: this.name, reason, by, since }
    } catch {
      return unknown
    }
  }

  /** Of several stops the first counts, as in the bench itself. @throws ERR_FILE, ERR_PERMISSION */
  write({ reason, by, time }: MarkFacts): void {
    makeRunFolder(this.#folder)
    if (this.read() !== undefined) return
    try {
      const next = `${this.path}.${process.pid}`
      writeFileSync(next, `${JSON.stringify({ reason, by, since: new Date(time).toISOString() })}\n`, {
        mode: OWN_ONLY,
      })
      renameSync(next, this.path)
    } catch (error) {
      throw this.#failure('written', error)
    }
  }

  /** @throws ERR_FILE */
  remove(): void {
    try {
      rmSync(this.path, { force: true })
    } catch (error) {
      throw this.#failure('removed', error)
    }
  }

  /** @throws ERR_STOPPED while the bench is stopped; ERR_FILE, ERR_PERMISSION */
  refuse(): void {
    const stop = this.read()
    if (stop === undefined) return
    throw new PiWorkerError('ERR_STOPPED', `${stoppedText(stop)}; it has not been reset`, {
      place: this.path,
      remedy: `See why it was stopped. When all is well again: ${resetCommandOf(stop.name)}. Then start it anew.`,
      details: { ...stop },
    })
  }

  #failure(what: string, cause: unknown): PiWorkerError {
    const message = `whether ${this.name} is stopped cannot be ${what}: ${messageOf(cause)}`
    const remedy = 'Correct what the message names; until then do not start it again.'
    return new PiWorkerError('ERR_FILE', message, { place: this.path, remedy, cause })
  }
}

/** `dose was stopped by Ann at 2026-01-01T00:00:00.000Z: smoke` */
export function stoppedText({ name, by, since, reason }: MarkedStop): string {
  return `${name} was stopped by ${by}${since === null ? '' : ` at ${since}`}: ${reason}`
}

export function resetCommandOf(name: string): string {
  return `pi-worker reset ${name} --acknowledge 'who lets it go on, and why'`
}

/** Those of the folder, by their names. @throws ERR_FILE, ERR_PERMISSION */
export function stopMarks(folder = runFolder()): MarkedStop[] {
  if (!hasRunFolder(folder)) return []
  return readdirSync(folder)
    .sort()
    .flatMap(file => {
      const [, name] = FILE.exec(file) ?? []
      return name === undefined ? [] : (new StopMark(name, folder).read() ?? [])
    })
}
