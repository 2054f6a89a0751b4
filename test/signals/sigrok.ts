/**
 * Debian's `sigrok-cli` as an independent decoder of our traces. Whatever it silently gets wrong (shared/facts.md, "VCD
 * and sigrok") is a failure here: a channel that the file lacks, a warning, nothing decoded, a time scale that would be
 * expanded to far too many samples.
 */

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { codeOf } from '../../src/errors.js'
import { checkDecoder } from './decoder-facts.js'
import { SigrokError } from './sigrok-error.js'

export interface Decode {
  /** A VCD file. */
  readonly file: string
  /** sigrok's id of the decoder: `pwm`. */
  readonly decoder: string
  /** The signals of the file by the decoder's channels. */
  readonly channels: Readonly<Record<string, string>>
  readonly options?: Readonly<Record<string, string | number>> | undefined
}

/** Something that the decoder saw, with where it begins and ends, in ns. */
export interface Annotation {
  /** What the decoder calls the row: `Duty cycle`. */
  readonly row: string
  readonly text: string
  readonly from: number
  readonly to: number
}

/** One event of the Trace Event format, times in µs. */
interface TraceEvent {
  readonly ph: 'B' | 'E'
  readonly ts: number
  readonly tid: string
  readonly name: string
}

const PROGRAM = 'sigrok-cli'
/** sigrok makes one sample of each tick; more take minutes, and mean that the time scale is too fine for the file. */
const MOST_TICKS = 20_000_000
const MOST_OUTPUT = 256 * 1024 * 1024
/** Rows for what the decoder did not like, and the one of `spi` for the same. */
const COMPLAINTS = /warning|^other$/i
/**
 * libsigrokdecode 0.5.3 gives away references of True and False that it does not own, one whenever a decoder asks which
 * channels it has, as `graycode` does for eight: Python dies of it when all is written and it is shut down.
 */
const DIED_DONE = /^Fatal Python error: bool_dealloc\b.*\nPython runtime state: finalizing\b/

/** The version of the program; undefined where it is not installed. */
export function sigrokVersion(): string | undefined {
  const { error, stdout } = spawnSync(PROGRAM, ['--version'], { encoding: 'utf8' })
  if (codeOf(error) === 'ENOENT') return undefined
  if (error !== undefined) throw error
  return stdout.split('\n')[0]
}

/** Everything that a decoder says of a file, row by row. @throws SigrokError */
export function decodeAll(request: Decode): readonly Annotation[] {
  checkDecoder(request)
  checkFile(request)
  const { file, decoder, channels, options = {} } = request
  const settings = Object.entries({ ...channels, ...options }).map(([name, value]) => `:${name}=${value}`)
  const args = ['-i', file, '-I', 'vcd', '-P', `${decoder}${settings.join('')}`, '-A', decoder]
  const run = spawnSync(PROGRAM, [...args, '--protocol-decoder-jsontrace'], {
    encoding: 'utf8',
    maxBuffer: MOST_OUTPUT,
  })
  const call = `${PROGRAM} ${args.join(' ')}`
  if (run.error !== undefined) throw new SigrokError(`${call}: ${run.error.message}`)
  const diedDone = run.signal === 'SIGABRT' && DIED_DONE.test(run.stderr) && run.stdout.endsWith(']}\n')
  // Of warnings too: it decodes something else then, and says that all is well.
  if (!diedDone && (run.status !== 0 || run.stderr !== '')) {
    throw new SigrokError(`${call}: exit ${run.status ?? run.signal}: ${run.stderr}`)
  }
  return annotationsOf(run.stdout, call)
}

/**
 * What a decoder puts into one row.
 * @throws SigrokError also when that is nothing, or when it complains of anything anywhere
 */
export function decode(request: Decode & { readonly row: string }): readonly Annotation[] {
  const all = decodeAll(request)
  const complaints = all.filter(({ row }) => COMPLAINTS.test(row))
  if (complaints.length > 0) throw new SigrokError(`${request.decoder} complains: ${listOf(complaints)}`)
  const wanted = all.filter(({ row }) => row === request.row)
  if (wanted.length > 0) return wanted
  const rows = [...new Set(all.map(({ row }) => row))]
  throw new SigrokError(`${request.decoder} has nothing in its row "${request.row}"; rows with something: ${rows}`)
}

/** The texts of `decode`. */
export function texts(request: Decode & { readonly row: string }): string[] {
  return decode(request).map(({ text }) => text)
}

function checkFile({ file, channels }: Decode): void {
  const vcd = readFileSync(file, 'latin1')
  const signals = [...vcd.matchAll(/^\$var wire 1 \S+ (\S+) \$end$/gm)].map(([, name]) => name)
  for (const [channel, signal] of Object.entries(channels)) {
    if (signals.includes(signal)) continue
    throw new SigrokError(`the decoder's channel ${channel} is to be ${signal}, which ${file} lacks: ${signals}`)
  }
  const ticks = Number(vcd.slice(vcd.lastIndexOf('#') + 1))
  // Also when the last line is no time: then the file was not closed.
  if (!(ticks <= MOST_TICKS)) throw new SigrokError(`${file} ends at tick ${ticks}: sigrok would expand every one`)
}

/** Every annotation is two events in a row, its begin and its end. */
function annotationsOf(output: string, call: string): readonly Annotation[] {
  if (output === '') return []
  const { traceEvents } = JSON.parse(output) as { readonly traceEvents: readonly TraceEvent[] }
  const annotations: Annotation[] = []
  for (let index = 0; index < traceEvents.length; index += 2) {
    const [begin, end] = traceEvents.slice(index, index + 2)
    if (begin?.ph !== 'B' || end?.ph !== 'E' || begin.tid !== end.tid || begin.name !== end.name) {
      throw new SigrokError(`${call}: an annotation has no end`)
    }
    const { tid: row, name: text } = begin
    annotations.push({ row, text, from: Math.round(begin.ts * 1000), to: Math.round(end.ts * 1000) })
  }
  return annotations
}

function listOf(annotations: readonly Annotation[]): string {
  return annotations.map(({ row, text, from }) => `${row} at ${from} ns: ${text}`).join('; ')
}
