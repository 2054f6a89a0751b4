/**
 * Makes lines of pigpio safe when the process that had the library is gone. DMA runs on without it: waves, and PWM, which
 * would overwrite any level. So the library is started anew here, which takes over its DMA channels and stops them; then
 * the levels are set, which the registers keep when the library ends again.
 */

import { readFileSync, unlinkSync } from 'node:fs'
import { codeOf, PiWorkerError } from '../src/errors.js'
import type { PigpioHandover } from './handover.js'
import { loadOptional } from './load-optional.js'
import type { Accepted } from './make-safe.js'
import { tryEach } from './try-each.js'

/** The npm package, as far as it is used here. */
export interface PigpioStopper {
  readonly Gpio: new (line: number) => { digitalWrite(level: number): unknown; mode(mode: number): unknown }
  configureInterfaces(flags: number): unknown
  initialize(): void
  waveTxStop(): void
  terminate(): void
}

const LOCK = '/var/run/pigpio.pid'
/** DISABLE_FIFO_IF and DISABLE_SOCK_IF of pigpio.h: otherwise it opens port 8888 to the network. */
const NO_INTERFACES = 3
const MODE_INPUT = 0

/** @throws ERR_DRIVER_MISSING */
export async function acceptPigpio(
  { pid, lines }: PigpioHandover,
  load: () => Promise<unknown> = () => import('pigpio'),
  lock = LOCK,
): Promise<Accepted> {
  // Now, so that it need not be found and read when it is urgent. The library itself is not started by this.
  const loaded = (await loadOptional('pigpio', load)) as { default?: PigpioStopper } & PigpioStopper
  const pigpio = loaded.default ?? loaded
  return {
    makeSafe: giverGone => {
      if (lines.every(({ safe }) => safe === 'keep')) return
      if (!giverGone) throw new PiWorkerError('ERR_GUARDIAN', 'pigpio serves one process, and that one has not ended')
      removeLock(pid, lock)
      pigpio.configureInterfaces(NO_INTERFACES)
      pigpio.initialize()
      const setOne = ({ line, safe }: PigpioHandover['lines'][number]): void => {
        const gpio = new pigpio.Gpio(line)
        // Ends PWM on the line, sets the level, and makes it an output.
        if (safe === 'input') gpio.mode(MODE_INPUT)
        else gpio.digitalWrite(safe === 'high' ? 1 : 0)
      }
      const moving = lines.filter(({ safe }) => safe !== 'keep')
      try {
        tryEach([
          { what: 'waves', act: () => pigpio.waveTxStop() },
          ...moving.map(line => ({ what: `GPIO${line.line}`, act: () => setOne(line) })),
        ])
      } finally {
        pigpio.terminate()
      }
    },
    // Nothing is held: the registers keep their levels.
    letGo: () => undefined,
    forget: () => undefined,
  }
}

/** The library would not start while a process of that number is there, and one that nobody has waited for still is. */
function removeLock(pid: number, lock: string): void {
  try {
    if (Number(readFileSync(lock, 'utf8').trim()) === pid) unlinkSync(lock)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
  }
}
