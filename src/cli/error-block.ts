/** Errors as a block: code and message, place with the line shown, remedy. */

import pc from 'picocolors'
import { catalogue, codeOf, messageOf, PiWorkerError } from '../errors.js'
import { formatPlace, type Place, problemsOf } from '../plan/place.js'
import { oneLine, printable } from './format.js'

type Colors = ReturnType<typeof pc.createColors>

export interface ErrorBlockOptions {
  readonly colored: boolean
  /** Where in the plan it happened, when the error does not know. */
  readonly place?: Place | undefined
  /** Causes and stack too. */
  readonly verbose?: boolean | undefined
}

/** The lines of an error, ending in a line feed. A plan's error gives one block for each problem. */
export function errorBlock(error: unknown, options: ErrorBlockOptions): string {
  const colors = pc.createColors(options.colored)
  const problems = problemsOf(error)
  const blocks = problems.map(({ code, message, place, remedy }) =>
    block(colors, { code, message, place, where: undefined, remedy: remedy ?? catalogue[code].remedy }),
  )
  const total = error instanceof PiWorkerError ? error.details.total : undefined
  if (typeof total === 'number' && total > problems.length)
    blocks.push(`and ${total - problems.length} more problems\n`)
  if (problems.length === 0) {
    const where = error instanceof PiWorkerError ? error.place : undefined
    const code = codeOf(error) ?? 'ERR_UNEXPECTED'
    blocks.push(
      block(colors, { code, message: messageOf(error), place: options.place, where, remedy: remedyOf(error) }),
    )
  }
  return blocks.join('\n') + (options.verbose ? causes(error) : '')
}

interface Facts {
  readonly code: string
  readonly message: string
  readonly place: Place | undefined
  /** A place that is not in a file, such as a line or a peripheral. */
  readonly where: string | undefined
  readonly remedy: string
}

function block(colors: Colors, { code, message, place, where, remedy }: Facts): string {
  const lines = [`${colors.red(colors.bold('error'))} ${colors.bold(code)}: ${printable(message)}`]
  if (place !== undefined) {
    const also = where === undefined || where === formatPlace(place) ? '' : ` (${oneLine(where)})`
    lines.push(`  ${colors.dim('at')} ${colors.cyan(oneLine(formatPlace(place)))}${also}`)
    if (place.excerpt !== '') {
      const number = String(place.line)
      lines.push(`  ${colors.dim(`${number} |`)} ${place.excerpt}`)
      lines.push(`  ${colors.dim(`${' '.repeat(number.length)} |`)} ${' '.repeat(place.caret)}${colors.red('^')}`)
    }
  } else if (where !== undefined) {
    lines.push(`  ${colors.dim('at')} ${colors.cyan(oneLine(where))}`)
  }
  lines.push(`  ${colors.dim('remedy:')} ${printable(remedy)}`)
  return `${lines.join('\n')}\n`
}

function remedyOf(error: unknown): string {
  if (error instanceof PiWorkerError) return error.remedy
  return 'This is a fault of pi-worker: run again with --verbose and report what it prints.'
}

function causes(error: unknown): string {
  let text = ''
  const seen = new Set<unknown>()
  for (let cause: unknown = error; cause instanceof Error && !seen.has(cause); cause = cause.cause) {
    seen.add(cause)
    text += `${cause === error ? '' : 'caused by '}${printable(cause.stack ?? cause.message)}\n`
  }
  return text
}

/** An error as JSON: `{ code, message, place, remedy }`, with `problems` when a file has several. */
export function errorJson(error: unknown, place?: Place): Record<string, unknown> {
  const problems = problemsOf(error).map(problem => ({
    code: problem.code,
    message: problem.message,
    place: formatPlace(problem.place),
    remedy: problem.remedy ?? catalogue[problem.code].remedy,
  }))
  const where = error instanceof PiWorkerError ? error.place : undefined
  return {
    code: codeOf(error) ?? 'ERR_UNEXPECTED',
    message: messageOf(error),
    place: place === undefined ? (where ?? null) : formatPlace(place),
    remedy: remedyOf(error),
    ...(problems.length > 1 ? { problems } : {}),
  }
}
