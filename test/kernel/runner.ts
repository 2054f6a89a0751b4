/** Runners as processes of their own, to be killed: the built package in one file, as Node reads hundreds slowly in here. */

import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { SystemClock } from 'pi-worker'
import { expect } from 'vitest'
import type { Level } from '../../drivers/driver.js'
import { sleep } from '../../src/worker/sleep.js'
import { repository } from './build-kernel.js'
import type { SimulatedChip } from './gpio-sim.js'

export const clock = new SystemClock()
/** Timers of this kernel have ticks of 10 ms. */
const LOOK_MS = 10
export const POLL = { interval: 20, timeout: 60_000 }

/** Where the guardians of these tests are found. */
export const RUN_FOLDER = '/run/guardians'
const ENV = { ...process.env, PI_WORKER_RUN_FOLDER: RUN_FOLDER, PI_WORKER_RUNS: '' }

/** esbuild, as tsx has it. */
interface Esbuild {
  buildSync(options: Readonly<Record<string, unknown>>): unknown
}

let bundle: string | undefined
const running = new Set<Runner>()

/** The programs `runner.mjs` and `pi-worker.mjs`, and the threads and processes that they start, each in one file. */
function bundled(name: string): string {
  if (bundle === undefined) {
    bundle = mkdtempSync(join(tmpdir(), 'bundle-'))
    const dist = join(repository, 'dist')
    const require = createRequire(createRequire(import.meta.url).resolve('tsx'))
    const { buildSync } = require('esbuild') as Esbuild
    buildSync({
      entryPoints: {
        runner: join(import.meta.dirname, 'runner-program.mjs'),
        'light-runner': join(import.meta.dirname, 'light-runner.mjs'),
        'pi-worker': join(dist, 'src/cli/main.js'),
        'guardian-main': join(dist, 'src/bench/guardian/guardian-main.js'),
        'play-thread': join(dist, 'drivers/play-thread.js'),
        'poll-thread': join(dist, 'drivers/gpiochip/poll-thread.js'),
      },
      outdir: bundle,
      bundle: true,
      minify: true,
      platform: 'node',
      format: 'esm',
      external: ['koffi', 'onoff', 'pigpio', 'i2c-bus', 'spi-device'],
      banner: {
        js: `import { createRequire as requireFrom } from 'node:module';const require = requireFrom(import.meta.url);`,
      },
    })
    // It is the package that it finds itself in.
    const facts = {
      name: 'pi-worker',
      version: '0.0.0',
      type: 'module',
      exports: { './package.json': './package.json' },
    }
    writeFileSync(join(bundle, 'package.json'), JSON.stringify(facts))
    symlinkSync(join(repository, 'node_modules'), join(bundle, 'node_modules'))
  }
  return join(bundle, `${name}.js`)
}

/** One bench of a runner: an output, away from its safe level. */
export interface Job {
  readonly driver: 'gpiochip' | 'onoff'
  readonly line: number
  readonly safe: Level
  readonly hold?: 'exit' | 'forever' | string
  readonly guardian?: boolean | { readonly leaseMs?: number; readonly whenGuardianDies?: 'restart' | 'safe' }
  /** It is left at its safe level. */
  readonly stays?: boolean
  /** It is a sequence, which plays pulses on the line for good. */
  readonly plays?: boolean
  /** The input of a stop button, which is open when it is high; the chip's resistors are left alone. */
  readonly stopLine?: number
}

export interface Said {
  readonly type: string
  readonly guardians?: readonly number[]
  readonly [key: string]: unknown
}

/** A process, what it says, and how it ended. */
export class Runner {
  readonly said: Said[] = []
  stderr = ''
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>
  readonly #child: ChildProcess
  /** Called whenever it has said something. */
  readonly #waiting = new Set<() => void>()

  constructor(program: 'runner' | 'light-runner' | 'pi-worker', args: readonly string[]) {
    this.#child = spawn(process.execPath, [bundled(program), ...args], { stdio: 'pipe', env: ENV })
    const lines = createInterface({ input: this.#child.stdout as NodeJS.ReadableStream })
    lines.on('line', line => {
      if (!line.startsWith('{')) return
      this.said.push(JSON.parse(line) as Said)
      for (const tell of this.#waiting) tell()
    })
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text
    })
    running.add(this)
    this.ended = new Promise(resolve => {
      this.#child.on('exit', (code, signal) => {
        running.delete(this)
        resolve({ code, signal })
      })
    })
  }

  /** Opens benches, drives their outputs away from their safe levels, and waits until that is so. */
  static start(...jobs: readonly Job[]): Promise<Runner> {
    return Runner.#started('runner', jobs)
  }

  /** The same without benches: lines whose safe level is high, and which are held. */
  static startLight(...lines: readonly Pick<Job, 'driver' | 'line'>[]): Promise<Runner> {
    return Runner.#started('light-runner', lines)
  }

  static async #started(program: 'runner' | 'light-runner', jobs: readonly object[]): Promise<Runner> {
    const runner = new Runner(program, [JSON.stringify(jobs)])
    const ended = runner.ended.then(() => {
      throw new TypeError(`the runner ended: ${runner.stderr}`)
    })
    ended.catch(() => undefined)
    await Promise.race([runner.hear('ready'), ended])
    return runner
  }

  /** `pi-worker run`, with a plan that drives an output away from its safe level and waits. */
  static run({ driver, line, safe, hold = 'exit' }: Job): Runner {
    mkdirSync(RUN_FOLDER, { recursive: true, mode: 0o700 })
    const path = join(mkdtempSync(join(tmpdir(), 'plan-')), 'plan.json')
    const valve = { type: 'output', line, safe, hold }
    writeFileSync(
      path,
      JSON.stringify({ bench: { valve }, plan: [`valve.${safe === 'high' ? 'off' : 'on'}`, { wait: '1h' }] }),
    )
    return new Runner('pi-worker', ['run', path, '--driver', driver])
  }

  get guardians(): readonly number[] {
    return this.said.find(({ type }) => type === 'ready')?.guardians ?? []
  }

  tell(command: 'block' | 'throw' | 'exit' | 'close'): void {
    this.#child.stdin?.write(`${command}\n`)
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** Nobody looks again and again meanwhile: there is but one processor in here. */
  hear(type: string, state?: string): Promise<Said> {
    return new Promise(resolve => {
      const look = (): void => {
        const said = this.said.find(said => said.type === type && (state === undefined || said.state === state))
        if (said === undefined) return
        this.#waiting.delete(look)
        resolve(said)
      }
      this.#waiting.add(look)
      look()
    })
  }
}

/** How long it takes until a line has the level, in ms, looked at every few ms. */
export async function timeUntil(chip: SimulatedChip, line: number, level: Level, mostMs: number): Promise<number> {
  const began = clock.now()
  while (chip.level(line) !== level) {
    if (clock.now() - began > mostMs * 1e6) return Number.POSITIVE_INFINITY
    await sleep(clock, LOOK_MS)
  }
  return (clock.now() - began) / 1e6
}

/** Whether a line keeps the level for so long, looked at every few ms. */
export async function keeps(chip: SimulatedChip, line: number, level: Level, ms: number): Promise<boolean> {
  const end = clock.now() + ms * 1e6
  while (clock.now() < end) {
    if (chip.level(line) !== level) return false
    await sleep(clock, LOOK_MS)
  }
  return true
}

/** Process ids of the guardians that there are. */
export function guardians(): number[] {
  return readdirSync('/proc').flatMap(pid => {
    const path = `/proc/${pid}/cmdline`
    if (!/^\d+$/.test(pid) || !existsSync(path)) return []
    try {
      return readFileSync(path, 'utf8').startsWith('pi-worker guardian') ? [Number(pid)] : []
    } catch {
      return [] // it has ended meanwhile
    }
  })
}

/** Ends what a test has left: runners, and then their guardians, which hold something. */
export async function endGuardians(): Promise<void> {
  for (const runner of running) runner.kill('SIGKILL')
  running.clear()
  const left = (): number[] => {
    for (const pid of guardians()) process.kill(pid, 'SIGTERM')
    return guardians()
  }
  await expect.poll(left, POLL).toEqual([])
}
