/**
 * Tells systemd how a run is: ready, alive, ending. By systemd-notify(1), which is wherever systemd is; its socket takes
 * datagrams, which node has only for networks.
 */

import { execFile } from 'node:child_process'
import type { Clock, Timer } from '../worker/clock.js'

/** What systemd sets for a service with `Type=notify` and `WatchdogSec`. */
export interface NotifyEnvironment {
  readonly NOTIFY_SOCKET?: string | undefined
  /** How long systemd waits for a sign of life, in us. */
  readonly WATCHDOG_USEC?: string | undefined
  /** Whom the watchdog is meant for; a child of the service must not answer for it. */
  readonly WATCHDOG_PID?: string | undefined
}

/** Sends variables such as `READY=1`. */
export type Send = (...variables: string[]) => void

export class ServiceNotifier {
  readonly #send: Send
  readonly #clock: Clock
  readonly #everyNs: number | undefined
  #timer: Timer | undefined
  #isStopping = false

  /** Undefined where no systemd waits for news. */
  static of(env: NotifyEnvironment, clock: Clock, send: Send = systemdNotify(env)): ServiceNotifier | undefined {
    if (env.NOTIFY_SOCKET === undefined || env.NOTIFY_SOCKET === '') return undefined
    const mine = env.WATCHDOG_PID === undefined || Number(env.WATCHDOG_PID) === process.pid
    const us = Number(env.WATCHDOG_USEC)
    // sd_watchdog_enabled(3): "recommended that a daemon sends it every half of the time".
    return new ServiceNotifier(send, clock, mine && us > 0 ? (us * 1000) / 2 : undefined)
  }

  private constructor(send: Send, clock: Clock, everyNs: number | undefined) {
    this.#send = send
    this.#clock = clock
    this.#everyNs = everyNs
  }

  /** The bench is open and the plan begins. From now on the watchdog is fed: by a timer, so that a blocked event loop shows. */
  ready(status: string): void {
    this.#send('READY=1', `STATUS=${status}`)
    this.#feed()
  }

  /** The run ends, or is asked to. Its safe states need signs of life as well, so they go on. A second call does nothing. */
  stopping(): void {
    if (this.#isStopping) return
    this.#isStopping = true
    this.#send('STOPPING=1')
  }

  /** Nothing more is said. */
  close(): void {
    this.#timer?.cancel()
  }

  #feed(): void {
    if (this.#everyNs === undefined) return
    this.#timer = this.#clock.after(
      this.#everyNs,
      () => {
        this.#send('WATCHDOG=1')
        this.#feed()
      },
      { background: true },
    )
  }
}

/** A failure of it is not the run's: systemd notices what does not come, and says so in its journal. */
function systemdNotify(env: NotifyEnvironment): Send {
  return (...variables) => {
    execFile('systemd-notify', [`--pid=${process.pid}`, ...variables], { env: { ...process.env, ...env } }, () => {})
  }
}
