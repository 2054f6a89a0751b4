/** The infrared sender: NEC codes on their carrier. */

import { describe, expect, it } from 'vitest'
import { ir } from '../../src/peripherals/index.js'
import { recordBench } from './record.js'
import { decode, texts } from './sigrok.js'

interface Code {
  readonly address: number
  readonly command: number
  readonly repeats?: number
}

async function sent(codes: readonly Code[], config: Partial<Parameters<typeof ir>[0]> = {}): Promise<string> {
  const { file } = await recordBench({ led: ir({ line: 18, ...config }) }, async ({ bench, wait }) => {
    // The decoder finds a code by the leader after some silence.
    await wait(50)
    for (const code of codes) await bench.led.send(code).result()
    await wait(50)
  })
  return file
}

const hex = (byte: number): string => `0x${byte.toString(16).toUpperCase().padStart(2, '0')}`

function fields(file: string, polarity = 'active-high', carrier = 38_000): string[] {
  const options = { polarity, cd_freq: carrier }
  return texts({ file, decoder: 'ir_nec', channels: { ir: 'led' }, options, row: 'Fields' })
}

const frame = (address: number, other: number, command: number): string[] => [
  'Leader code',
  `Address: ${hex(address)}`,
  `Address#: ${hex(other)}`,
  `Command: ${hex(command)}`,
  `Command#: ${hex(0xff - command)}`,
]

describe('ir', () => {
  it.each([
    { address: 0x00, command: 0xff },
    { address: 0x04, command: 0x08 },
    { address: 0xa5, command: 0x5a },
  ])('sends address $address and command $command, each with its inverse', async ({ address, command }) => {
    expect(fields(await sent([{ address, command }]))).toEqual(frame(address, 0xff - address, command))
  })

  it('sends an address of 16 bits as it is, low byte first', async () => {
    // The decoder takes only bytes for an address that have no bit in common.
    expect(fields(await sent([{ address: 0x5204, command: 0x11 }]))).toEqual(frame(0x04, 0x52, 0x11))
  })

  it('sends one code after the other, and while a key is held repeat codes', async () => {
    const file = await sent([
      { address: 1, command: 2, repeats: 2 },
      { address: 3, command: 4 },
    ])
    expect(fields(file)).toEqual([...frame(1, 0xfe, 2), 'Repeat code', 'Repeat code', ...frame(3, 0xfc, 4)])
  })

  it('sends with a line that is active low, on another carrier', async () => {
    const file = await sent([{ address: 7, command: 9 }], { activeLow: true, carrier: 36_000 })
    expect(fields(file, 'active-low', 36_000)).toEqual(frame(7, 0xf8, 9))
  })

  it.each([
    { carrier: 38_000, duty: undefined, on: 1 / 3 },
    { carrier: 40_000, duty: 0.5, on: 0.5 },
  ])('has a carrier of $carrier Hz, which is on for $on of the time', async ({ carrier, duty, on }) => {
    const file = await sent([{ address: 1, command: 1 }], { carrier, ...(duty !== undefined && { duty }) })
    const request = { file, decoder: 'pwm', channels: { data: 'led' } }
    // The leader alone is on the carrier for 9 ms.
    const count = Math.floor(0.009 * carrier) - 1
    const spans = decode({ ...request, row: 'Period' }).slice(0, count)
    const [first, last] = [spans[0]?.from ?? 0, spans.at(-1)?.to ?? 0]
    expect(Math.abs((last - first) / count - 1e9 / carrier)).toBeLessThan(5)
    const duties = texts({ ...request, row: 'Duty cycle' }).slice(0, count)
    const measured = duties.reduce((sum, text) => sum + Number.parseFloat(text), 0) / count / 100
    // The trace has whole microseconds.
    expect(Math.abs(measured - on)).toBeLessThan(1e-6 * carrier)
  })
})
