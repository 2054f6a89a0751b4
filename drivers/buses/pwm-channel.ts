/** One exported PWM channel of sysfs, and the order in which its files may be written. */

import { join } from 'node:path'
import type { PwmOutput, PwmPolarity } from './bus.js'
import type { SysfsFiles } from './sysfs.js'
import type { Turn } from './traffic.js'

export class PwmChannel {
  /** `/sys/class/pwm/pwmchip0/pwm1` */
  readonly folder: string
  readonly #files: SysfsFiles

  constructor(folder: string, files: SysfsFiles) {
    this.folder = folder
    this.#files = files
  }

  /** Rejects with EACCES or ENOENT while udev has not given all files to us. */
  async check(): Promise<void> {
    for (const file of ['period', 'duty_cycle', 'polarity', 'enable']) await this.#files.check(join(this.folder, file))
  }

  /**
   * The kernel refuses whatever would make the duty longer than the period for even a moment, and a change of the
   * polarity while the channel is on; most drivers refuse everything else before there is a period.
   * Rejects with the kernel's errno, or with ERR_BUS_HUNG before it writes anything too late.
   */
  async set(wanted: Required<PwmOutput>, turn: Turn): Promise<Required<PwmOutput>> {
    const { periodNs, dutyNs, polarity = 'normal', enabled = true } = wanted
    // Read each time: an earlier program, or a call that failed half way, may have left anything.
    const now = await this.#read()
    const turned = now.polarity !== polarity
    if (now.enabled && (turned || !enabled)) await this.disable()
    const times = [
      ['period', periodNs],
      ['duty_cycle', dutyNs],
    ] as const
    const shrinks = periodNs < now.dutyNs
    const writes = [
      ...(shrinks ? times.toReversed() : times),
      ...(turned ? [['polarity', polarity] as const] : []),
      ...(enabled && (!now.enabled || turned) ? [['enable', 1] as const] : []),
    ]
    for (const [file, value] of writes) {
      turn.goOn()
      await this.#write(file, String(value))
    }
    return await this.#read()
  }

  /** Only if it is on: before there is a period, the kernel refuses even this. Rejects with the kernel's errno. */
  async disable(): Promise<void> {
    if ((await this.#text('enable')) === '1') await this.#write('enable', '0')
  }

  async #read(): Promise<Required<PwmOutput>> {
    const [period, duty, polarity, enable] = [
      await this.#text('period'),
      await this.#text('duty_cycle'),
      await this.#text('polarity'),
      await this.#text('enable'),
    ]
    return {
      periodNs: Number(period),
      dutyNs: Number(duty),
      polarity: polarity as PwmPolarity,
      enabled: enable === '1',
    }
  }

  async #text(file: string): Promise<string> {
    return (await this.#files.read(join(this.folder, file))).trim()
  }

  async #write(file: string, text: string): Promise<void> {
    await this.#files.write(join(this.folder, file), text)
  }
}
