/** A simulated sensor behind a driver of the kernel: the channels that the configuration reads, or that are simulated. */

import { scenarioOf } from '../scenario.js'
import type { Part, PartContext, PartFactory } from './part.js'

/** What a channel measures where nothing is said, in the kernel's unit, by the beginning of its name. */
const USUAL: readonly (readonly [type: string, value: number])[] = [
  ['temp', 21],
  ['humidityrelative', 45],
  ['pressure', 101.325],
  ['voltage', 1],
]
/** Channels of a device of which nothing is known but its name: those of a DHT11. */
const DEFAULT_CHANNELS = ['temp', 'humidityrelative']

export class IioPart implements Part {
  constructor({ board, spec, buses }: PartContext) {
    const { device, channels } = spec.config as {
      readonly device: string
      readonly channels?: Readonly<Record<string, { readonly channel?: string }>>
    }
    const simulated = (spec.simulate?.channels ?? {}) as Readonly<Record<string, unknown>>
    const read = Object.entries(channels ?? {}).map(([name, { channel = name }]) => channel)
    const known = [...new Set([...read, ...Object.keys(simulated)])]
    const values = (known.length === 0 ? DEFAULT_CHANNELS : known).map(channel => {
      const usual = USUAL.find(([type]) => channel.startsWith(type))?.[1] ?? 0
      const value = scenarioOf(simulated[channel] ?? usual, `simulate.${spec.name}.channels.${channel}`)
      return [channel, () => value.at(board.now())] as const
    })
    buses.attachIio(device, Object.fromEntries(values))
  }

  close(): void {
    // It has nothing that goes on by itself.
  }
}

/** `simulate.channels`: what each channel measures. @throws ERR_BAD_CONFIG */
export const iioPart: PartFactory = context => new IioPart(context)
