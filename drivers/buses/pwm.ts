/** PWM of the hardware, through sysfs (`/sys/class/pwm`). */

import { join } from 'node:path'
import { codeOf, isPiWorkerError, PiWorkerError } from '../../src/errors.js'
import { callAll } from '../../src/thrown.js'
import type { Clock } from '../../src/worker/clock.js'
import { sleep } from '../../src/worker/sleep.js'
import type { PwmBus, PwmOutput } from './bus.js'
import { checkChannel, checkPwm, checkWhole } from './check.js'
import { busIo, channelBusy, errnoOf, type Machine, needsRealLinux } from './failures.js'
import { busPermission } from './permission.js'
import { PwmChannel } from './pwm-channel.js'
import { isGone, isRefusal, type SysfsFiles, sysfsFiles, unreadableBus } from './sysfs.js'
import { Traffic, type TrafficOptions, type Turn } from './traffic.js'

export interface PwmOptions extends TrafficOptions, Machine {
  /** N of `pwmchipN`. Default 0. */
  readonly chip?: number | undefined
  /** Default `/sys/class/pwm`. */
  readonly root?: string | undefined
  /** Reads and writes sysfs; tests put a kernel of their own in its place. */
  readonly files?: SysfsFiles | undefined
}

/**
 * On Raspberry Pi OS the files of a fresh channel belong to root until a udev rule gives them to the group gpio: some
 * tens of milliseconds, on a busy Pi Zero a second or two. Less than the limit of one call.
 */
const PERMISSION_WAIT_NS = 4e9
const LOOK_AGAIN_MS = 10

/** @throws ERR_DRIVER_MISSING when there is no such chip, ERR_PERMISSION, ERR_UNSUPPORTED, ERR_BAD_OPTION, ERR_IO */
export async function openPwm(options: PwmOptions): Promise<PwmBus> {
  const { chip = 0, root = '/sys/class/pwm', files = sysfsFiles, clock } = options
  checkWhole('chip', chip, 0, 0xffff)
  const name = `pwmchip${chip}`
  needsRealLinux(name, options)
  const folder = join(root, name)
  const traffic = new Traffic(name, options)
  let channels: number
  try {
    channels = Number(await files.read(join(folder, 'npwm')))
  } catch (error) {
    throw unreadableBus('pwm', name, folder, 'it cannot be read', error)
  }
  return new SysfsPwm({ folder, channels, files, clock, traffic })
}

interface PwmParts {
  readonly folder: string
  readonly channels: number
  readonly files: SysfsFiles
  readonly clock: Clock
  readonly traffic: Traffic
}

class SysfsPwm implements PwmBus {
  readonly kind = 'pwm'
  readonly name: string
  readonly channels: number
  readonly #parts: PwmParts
  readonly #taken = new Map<number, PwmChannel>()

  constructor(parts: PwmParts) {
    this.name = parts.traffic.name
    this.channels = parts.channels
    this.#parts = parts
  }

  async set(channel: number, output: PwmOutput): Promise<Required<PwmOutput>> {
    const wanted = checkPwm(this.channels, channel, output)
    return await this.#parts.traffic.run(`setting channel ${channel}`, async turn => {
      const before = this.#taken.get(channel)
      const taken = before ?? (await this.#take(channel, turn))
      try {
        return await taken.set(wanted, turn)
      } catch (error) {
        const failure = this.#failure(channel, 'set', taken.folder, error)
        if (before === undefined) await this.#release(channel) // taken for this alone
        throw failure
      }
    })
  }

  async release(channel: number): Promise<void> {
    checkChannel(this.channels, channel)
    await this.#parts.traffic.run(`releasing channel ${channel}`, () => this.#release(channel))
  }

  /** The hardware runs by itself: nothing is under way when no file is being written. */
  settle(): Promise<void> {
    return this.#parts.traffic.settle(() => Promise.resolve())
  }

  close(): Promise<void> {
    return this.#parts.traffic.close(() =>
      callAll([...this.#taken.keys()].map(channel => () => this.#release(channel))),
    )
  }

  async #take(channel: number, turn: Turn): Promise<PwmChannel> {
    const { folder, files } = this.#parts
    const exportFile = join(folder, 'export')
    try {
      await files.write(exportFile, String(channel))
    } catch (error) {
      // The kernel exports a channel once. What another program holds is not taken over.
      throw codeOf(error) === 'EBUSY'
        ? channelBusy(this.name, channel, error)
        : this.#failure(channel, 'taken', exportFile, error)
    }
    const taken = new PwmChannel(join(folder, `pwm${channel}`), files)
    try {
      await this.#untilPermitted(taken, turn)
    } catch (error) {
      await files.write(join(folder, 'unexport'), String(channel))
      throw this.#failure(channel, 'taken', taken.folder, error)
    }
    this.#taken.set(channel, taken)
    return taken
  }

  async #untilPermitted(channel: PwmChannel, turn: Turn): Promise<void> {
    const { clock } = this.#parts
    const end = clock.now() + PERMISSION_WAIT_NS
    for (;;) {
      turn.goOn()
      try {
        await channel.check()
        return
      } catch (error) {
        // ENOENT: the folder itself may come late.
        const late = ['EACCES', 'ENOENT'].includes(codeOf(error) ?? '')
        if (!late || clock.now() >= end) throw error
      }
      await sleep(clock, LOOK_AGAIN_MS)
    }
  }

  async #release(channel: number): Promise<void> {
    const taken = this.#taken.get(channel)
    if (taken === undefined) return
    const { folder, files } = this.#parts
    try {
      await callAll([() => taken.disable(), () => files.write(join(folder, 'unexport'), String(channel))])
      this.#taken.delete(channel)
    } catch (error) {
      // Gone is as good as let go.
      if (isGone(error)) this.#taken.delete(channel)
      else throw this.#failure(channel, 'released', taken.folder, error)
    }
  }

  #failure(channel: number, verb: string, path: string, error: unknown): PiWorkerError {
    if (isPiWorkerError(error)) return error
    const errno = errnoOf(error)
    const place = `${this.name} channel ${channel}`
    const context = { place, cause: error, details: { bus: this.name, channel, path, errno } }
    if (isRefusal(error)) return busPermission('pwm', this.name, path, error)
    if (isGone(error)) {
      this.#taken.delete(channel) // so that it is taken anew when it is there again
      return new PiWorkerError('ERR_NO_DEVICE', `${place} is gone`, {
        ...context,
        remedy: 'Check that its dtoverlay is loaded, and that no other program unexported it; then set it again.',
      })
    }
    if (errno === 'EINVAL' || errno === 'ERANGE') {
      return new PiWorkerError('ERR_UNSUPPORTED', `${place}: the hardware cannot do this (${errno})`, {
        ...context,
        remedy: 'Use another period or polarity; the channels of one chip may have to share them.',
      })
    }
    return busIo(this.name, `channel ${channel} cannot be ${verb}`, error, { channel })
  }
}
