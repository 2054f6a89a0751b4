/** The independent witnesses: Debian's `gpioinfo` and `gpiomon` (libgpiod 1.6), run as programs. */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { expect } from 'vitest'
import type { SimulatedChip } from './gpio-sim.js'

/** One line, as `gpioinfo` shows it. */
export interface WitnessedLine {
  readonly line: number
  readonly name: string | undefined
  /** Undefined when the line is unused. */
  readonly consumer: string | undefined
  readonly direction: 'input' | 'output'
  readonly activeLow: boolean
  /** Words such as `used`, `pull-up`, `open-drain`. */
  readonly flags: readonly string[]
}

const INFO_LINE =
  /^\s*line\s+(\d+):\s+(unnamed|"[^"]*")\s+(unused|kernel|"[^"]*")\s+(input|output)\s+active-(high|low)\s*(?:\[(.*)\])?/

export function gpioinfo(chip: SimulatedChip): WitnessedLine[] {
  const text = execFileSync('gpioinfo', [chip.name], { encoding: 'utf8' })
  return text
    .trimEnd()
    .split('\n')
    .slice(1)
    .map(row => {
      const match = INFO_LINE.exec(row)
      if (!match) throw new TypeError(`gpioinfo printed a line that is not understood: ${row}`)
      const [, line, name, consumer, direction, active, flags] = match
      return {
        line: Number(line),
        name: name === 'unnamed' ? undefined : name?.slice(1, -1),
        consumer: consumer === 'unused' ? undefined : consumer?.replaceAll('"', ''),
        direction: direction === 'output' ? 'output' : 'input',
        activeLow: active === 'low',
        flags: flags?.split(' ') ?? [],
      }
    })
}

/** What `gpioinfo` shows of one line. */
export function gpioinfoLine(chip: SimulatedChip, line: number): WitnessedLine {
  const found = gpioinfo(chip).find(row => row.line === line)
  if (!found) throw new TypeError(`gpioinfo shows no line ${line} on ${chip.name}`)
  return found
}

export interface WitnessedEdge {
  readonly direction: 'rising' | 'falling'
  readonly line: number
  /** The kernel's CLOCK_MONOTONIC, in ns. */
  readonly time: bigint
}

/** `gpiomon` on one line of a chip, from the moment it listens. It holds the line: nobody else can meanwhile. */
export class Gpiomon {
  readonly #child: ChildProcess
  readonly #ended: Promise<void>
  #text = ''

  private constructor(chip: SimulatedChip, line: number) {
    const args = ['--line-buffered', '--format=%e %o %s %n', chip.name, String(line)]
    this.#child = spawn('gpiomon', args, { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#text += text
    })
    this.#ended = new Promise(resolve => this.#child.on('close', () => resolve()))
  }

  /** Resolves when it listens. */
  static async start(chip: SimulatedChip, line: number): Promise<Gpiomon> {
    const gpiomon = new Gpiomon(chip, line)
    await expect.poll(() => gpioinfoLine(chip, line).consumer, { timeout: 10_000 }).toBe('gpiomon')
    return gpiomon
  }

  get edges(): WitnessedEdge[] {
    const rows = this.#text.split('\n').slice(0, -1)
    return rows.map(row => {
      const [type, line, seconds = '0', nanoseconds = '0'] = row.trim().split(/\s+/)
      return {
        direction: type === '1' ? 'rising' : 'falling',
        line: Number(line),
        time: BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds),
      }
    })
  }

  /** Waits until it has seen `count` edges, ends it, and gives all that it saw. */
  async collect(count: number): Promise<WitnessedEdge[]> {
    await expect.poll(() => this.edges.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(count)
    return this.stop()
  }

  /** Ends it; the line is free afterwards. */
  async stop(): Promise<WitnessedEdge[]> {
    this.#child.kill('SIGTERM')
    await this.#ended
    return this.edges
  }
}
