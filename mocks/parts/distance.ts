/** A simulated HC-SR04 in front of a target: hears the trigger and answers with an echo as long as the sound takes. */

import type { Level } from '../../drivers/driver.js'
import type { Timer } from '../../src/worker/clock.js'
import { type ScenarioValue, scenarioOf } from '../scenario.js'
import type { Part, PartContext, PartFactory } from './part.js'
import type { PartWire } from './part-wire.js'

/** From the data sheet (Elecfreaks) and from what modules do: times in ns, distances in cm. */
const TRIGGER_NS = 10e3
/** It sends eight periods of 40 kHz and gets ready: the echo line rises so long after the trigger. */
const BURST = { min: 430e3, max: 480e3 } as const
const NO_ECHO_NS = 38e6
const NEAREST = 2
const FARTHEST = 400
/** How exactly it measures, either way. */
const RESOLUTION = 0.3

export class EchoOfTarget implements Part {
  readonly #context: PartContext
  readonly #echo: PartWire
  readonly #distance: ScenarioValue
  readonly #temperature: ScenarioValue
  readonly #stop: () => void
  #rose: number | undefined
  #busy = false
  #timer: Timer | undefined

  constructor(
    context: PartContext,
    trigger: PartWire,
    echo: PartWire,
    { distance, temperature }: { readonly distance: ScenarioValue; readonly temperature: ScenarioValue },
  ) {
    this.#context = context
    this.#echo = echo
    this.#distance = distance
    this.#temperature = temperature
    echo.drive('low')
    this.#stop = trigger.onLevel((level, time) => this.#hear(level, time))
  }

  close(): void {
    this.#timer?.cancel()
    this.#stop()
  }

  /** It begins when the trigger falls after 10 us or more; while it measures, it hears nothing. */
  #hear(level: Level, time: number): void {
    const rose = this.#rose
    this.#rose = level === 'high' ? time : undefined
    if (level === 'high' || rose === undefined || time - rose < TRIGGER_NS || this.#busy) return
    this.#busy = true
    const width = this.#width(time)
    const { clock } = this.#context
    this.#timer = clock.after(this.#context.random.integer(BURST.min, BURST.max), () => {
      this.#echo.drive('high')
      this.#timer = clock.after(width, () => {
        this.#echo.drive('low')
        this.#busy = false
      })
    })
  }

  /** How long the sound is under way, there and back. */
  #width(time: number): number {
    const cm = this.#distance.at(time)
    if (!(cm >= NEAREST && cm <= FARTHEST)) return NO_ECHO_NS
    const measured = cm + (2 * this.#context.random.float() - 1) * RESOLUTION
    // m/s, dry air as an ideal gas: 20.05 times the root of the temperature in K.
    const speed = 20.05 * Math.sqrt(273.15 + this.#temperature.at(time))
    return Math.round(((2 * measured) / 100 / speed) * 1e9)
  }
}

/** @throws ERR_BAD_CONFIG when the target is no value over time. */
export const distancePart: PartFactory = context => {
  const { spec, wire } = context
  const { distance = 100, temperature = spec.config.temperature ?? 20 } = spec.simulate ?? {}
  return new EchoOfTarget(context, wire('lines.trigger'), wire('lines.echo'), {
    distance: scenarioOf(distance, `simulate.${spec.name}.distance`),
    temperature: scenarioOf(temperature, `simulate.${spec.name}.temperature`),
  })
}
