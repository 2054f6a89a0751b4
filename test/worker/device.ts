/** Hardware that notices when two act on it at once. */

import { PiWorkerError } from '../../src/errors.js'
import type { Hardware } from './schedules.js'

/** A function, or a call of safe(), that is at work on a device. */
export interface Actor {
  readonly label: string
  readonly kind: 'function' | 'safe'
  /** When it began, ns. */
  readonly began: number
  /** Can act only through its handle. */
  readonly contained: boolean
}

/** What an actor acts through, until it is revoked. */
interface Handle {
  readonly generation: number
}

export class Device {
  readonly #name: string
  readonly #hardware: Hardware
  readonly #broken: (what: string) => void
  readonly #actors = new Map<Actor, Handle>()
  /** How often a safe() has reached the safe state. */
  madeSafe = 0
  /** Handles of earlier generations are revoked. */
  #generation = 0

  /** Calls `broken` with whatever must not happen. */
  constructor(name: string, hardware: Hardware, broken: (what: string) => void) {
    this.#name = name
    this.#hardware = hardware
    this.#broken = broken
  }

  revoke(): void {
    this.#generation++
  }

  /** A function or a safe() begins its work: nobody else may be able to act, but for what a safe() is there to follow. */
  enter(actor: Actor, allowed: (other: Actor) => boolean = () => false): void {
    for (const other of this.#actors.keys()) {
      if (this.#couldAct(other) && !allowed(other)) {
        this.#broken(`${actor.label} begins while ${other.label} could act on ${this.#name}`)
      }
    }
    this.#actors.set(actor, { generation: this.#generation })
  }

  leave(actor: Actor): void {
    this.#actors.delete(actor)
  }

  /** Acts on the hardware, through the handle when it is contained. @throws ERR_REVOKED */
  move(actor: Actor): void {
    const revoked = this.#revoked(actor)
    if (revoked && actor.contained) throw new PiWorkerError('ERR_REVOKED', `${actor.label} has been disarmed`)
    if (revoked) return // past its handle, which is why its queue must be held until it has settled
    for (const [other, { generation }] of this.#actors) {
      if (other === actor || generation !== this.#generation) continue
      if (this.#revocable) this.#broken(`${actor.label} and ${other.label} both act on ${this.#name}`)
    }
  }

  /** Whether a call of safe() is under way and has not been disarmed. */
  get beingMadeSafe(): boolean {
    return [...this.#actors.keys()].some(actor => actor.kind === 'safe' && !this.#revoked(actor))
  }

  has(actor: Actor): boolean {
    return this.#actors.has(actor)
  }

  get #revocable(): boolean {
    return this.#hardware.revocable
  }

  #revoked(actor: Actor): boolean {
    return this.#revocable && this.#actors.get(actor)?.generation !== this.#generation
  }

  #couldAct(actor: Actor): boolean {
    return !(this.#revoked(actor) && actor.contained)
  }
}
