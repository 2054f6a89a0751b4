/** The harness: what sigrok-cli silently gets wrong fails here. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { sequence } from '../../src/peripherals/index.js'
import { VcdWriter } from '../../src/records/vcd.js'
import { tempFolder } from '../drivers/temp-folder.js'
import { recordBench } from './record.js'
import { type Decode, decode, decodeAll, texts } from './sigrok.js'
import { SigrokError } from './sigrok-error.js'
import { nsOf } from './times.js'

const MS = 1_000_000

/** Two pulses of 1 ms on `fan`, 4 ms apart, and nothing on `lamp`. */
function pulsed(timescale: '1us' | '1ns' = '1us'): string {
  const path = join(tempFolder(), 'pulsed.vcd')
  const signals = [
    { line: 1, name: 'fan' },
    { line: 2, name: 'lamp' },
  ]
  const initial = new Map([1, 2].map(line => [line, 'low' as const]))
  const writer = new VcdWriter({ path, scope: 'bench', signals, initial, timescale })
  for (const ms of [1, 5, 9]) {
    writer.level(1, 'high', ms * MS)
    writer.level(1, 'low', (ms + 1) * MS)
  }
  writer.close(12 * MS)
  return path
}

const pwmOf = (file: string, signal = 'fan'): Decode => ({ file, decoder: 'pwm', channels: { data: signal } })

describe('decode', () => {
  it.each(['1us', '1ns'] as const)('gives texts with their times in ns, whatever the time scale: %s', timescale => {
    expect(decode({ ...pwmOf(pulsed(timescale)), row: 'Duty cycle' })).toEqual([
      { row: 'Duty cycle', text: '25.000000%', from: 1 * MS, to: 5 * MS },
      { row: 'Duty cycle', text: '25.000000%', from: 5 * MS, to: 9 * MS },
    ])
  })

  it('refuses a signal that the file lacks, of which sigrok takes another', () => {
    expect(() => decodeAll(pwmOf(pulsed(), 'fann'))).toThrow(/channel data is to be fann, .* lacks: fan,lamp/)
  })

  it.each<[string, Partial<Decode>]>([
    ['a decoder that there is not', { decoder: 'pvm' }],
    ['a channel that the decoder has not', { channels: { data: 'fan', clock: 'lamp' } }],
    ['a decoder without its channel', { channels: {} }],
    ['an option that the decoder has not', { options: { polarty: 'active-low' } }],
    ['a value that the option has not', { options: { polarity: 'sideways' } }],
  ])('refuses %s', (_what, wrong) => {
    expect(() => decode({ ...pwmOf(pulsed()), ...wrong, row: 'Duty cycle' })).toThrow(SigrokError)
  })

  it('refuses to have found nothing, and names the rows that have something', () => {
    expect(() => decode({ ...pwmOf(pulsed(), 'lamp'), row: 'Period' })).toThrow(/nothing in its row "Period"/)
    expect(() => decode({ ...pwmOf(pulsed()), row: 'period' })).toThrow(/rows with something: Duty cycle,Period/)
  })

  it('refuses a file that is too long for its time scale, or has no end', () => {
    const long = pulsed()
    writeFileSync(long, '#20000001\n', { flag: 'a' })
    expect(() => decodeAll(pwmOf(long))).toThrow(/ends at tick 20000001/)
    const cut = pulsed()
    writeFileSync(cut, '1!\n', { flag: 'a' })
    expect(() => decodeAll(pwmOf(cut))).toThrow(SigrokError)
  })

  it('refuses what the decoder complains of', async () => {
    const { file } = await recordBench(
      { port: sequence({ lines: { tx: 14 }, safe: { tx: 'high' } }) },
      async ({ bench }) => await bench.port.play({ uart: { line: 'tx', baud: 9600, text: 'UUUUxyz' } }).result(),
    )
    const request = { file, decoder: 'uart', channels: { rx: 'port' }, row: 'RX' }
    expect(texts({ ...request, options: { baudrate: 9600 } })).toContain('78')
    expect(() => texts({ ...request, options: { baudrate: 14_400 } })).toThrow(/uart complains: RX warnings at/)
  })
})

describe('a recorded bench', () => {
  it('is refused when its trace loses pulses', async () => {
    const specs = { out: sequence({ lines: { pin: 18 } }) }
    const play = { pulses: { line: 'pin', width: '0.3us', gap: '2us', count: 5 } } as const
    const record = (timescale: '1us' | '1ns') =>
      recordBench(specs, ({ bench }) => bench.out.play(play).result(), { timescale })
    await expect(record('1us')).rejects.toThrow(/pulses are shorter than a tick/)
    await expect(record('1ns')).resolves.toBeDefined()
  })
})

describe('nsOf', () => {
  it.each([
    ['1.500 ms (666.667 Hz)', 1_500_000],
    ['2.000 s  (0.500 Hz)', 2e9],
    ['26.250 μs (38.095 kHz)', 26_250],
    ['125.000 ns (8.000 MHz)', 125],
  ])('reads "%s"', (text, ns) => {
    expect(nsOf(text)).toBe(ns)
  })

  it.each(['', 'fast', '1.5', '3 weeks'])('refuses "%s"', text => {
    expect(() => nsOf(text)).toThrow(SigrokError)
  })
})
