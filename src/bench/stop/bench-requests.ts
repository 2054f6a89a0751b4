/**
 * What is said through the socket of a running bench, in JSON, one message a line. Whoever may open the socket, may do
 * all of it: the folder that it is in belongs to one user.
 */

import { codeOf, messageOf, PiWorkerError } from '../../errors.js'
import type { BenchStatus } from './status.js'

export type BenchRequest =
  | { readonly type: 'status' }
  | { readonly type: 'stop'; readonly reason: string; readonly by: string }
  | { readonly type: 'reset'; readonly acknowledge: string; readonly by: string; readonly waiting: 'keep' | 'fail' }
  | { readonly type: 'pause'; readonly outputs: 'keep' | 'safe' }
  | { readonly type: 'resume' }

export type BenchAnswer =
  /** What has to be done at once is done; another answer follows when it is confirmed. */
  | { readonly type: 'taken' }
  | { readonly type: 'done' }
  | { readonly type: 'status'; readonly status: BenchStatus }
  | { readonly type: 'error'; readonly error: ErrorText }

/** An error on its way to another program. */
export interface ErrorText {
  readonly code: string
  readonly message: string
  readonly place: string | null
  readonly remedy: string | null
}

export function errorText(error: unknown): ErrorText {
  const own = error instanceof PiWorkerError ? error : undefined
  return {
    code: codeOf(error) ?? 'ERR_UNEXPECTED',
    message: messageOf(error),
    place: own?.place ?? null,
    remedy: own?.remedy ?? null,
  }
}

/** @throws ERR_BAD_OPTION when it is none that a bench understands */
export function checkRequest(request: Readonly<Record<string, unknown>>): BenchRequest {
  const text = (key: string): string => {
    const value = request[key]
    if (typeof value === 'string') return value
    throw new PiWorkerError('ERR_BAD_OPTION', `${key} of ${request.type} must be a text`, { place: key })
  }
  const choice = <C extends string>(key: string, choices: readonly C[]): C => {
    const value = choices.find(one => one === request[key])
    if (value !== undefined) return value
    throw new PiWorkerError('ERR_BAD_OPTION', `${key} of ${request.type} must be ${choices.join(' or ')}`, {
      place: key,
    })
  }
  switch (request.type) {
    case 'status':
    case 'resume':
      return { type: request.type }
    case 'stop':
      return { type: 'stop', reason: text('reason'), by: text('by') }
    case 'reset':
      return {
        type: 'reset',
        acknowledge: text('acknowledge'),
        by: text('by'),
        waiting: choice('waiting', ['keep', 'fail']),
      }
    case 'pause':
      return { type: 'pause', outputs: choice('outputs', ['keep', 'safe']) }
    default:
      throw new PiWorkerError('ERR_BAD_OPTION', `a bench does not understand "${String(request.type).slice(0, 40)}"`, {
        place: 'type',
        remedy: 'Use the same version of pi-worker as the program that runs.',
      })
  }
}
