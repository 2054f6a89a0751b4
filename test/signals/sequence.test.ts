/** What the builders of pulse sequences make: UART, PWM, trains of pulses, Morse code. */

import { describe, expect, it } from 'vitest'
import { sequence } from '../../src/peripherals/index.js'
import { recordBench } from './record.js'
import { texts } from './sigrok.js'
import { edgeTimes } from './times.js'

interface Uart {
  readonly baud: number
  readonly text?: string
  readonly bytes?: number[]
}

/** Records what is sent on a line that idles high, or low when it is active low. */
async function recordUart(uart: Uart, activeLow = false, times = 1): Promise<string> {
  const specs = { port: sequence({ lines: { tx: 14 }, activeLow, safe: { tx: activeLow ? 'low' : 'high' } }) }
  const { file } = await recordBench(
    specs,
    async ({ bench }) => await bench.port.play({ uart: { line: 'tx', ...uart }, repeat: times }).result(),
    // Bits of the fast ones are not whole microseconds by far; of the slow ones a trace in ns would be too long.
    { timescale: uart.baud > 100_000 ? '1ns' : '1us' },
  )
  return file
}

/** The bytes that sigrok received, none of them with a frame error. */
function received(file: string, baudrate: number, invert: 'yes' | 'no' = 'no'): Buffer {
  const options = { baudrate, format: 'hex', invert_rx: invert }
  const row = texts({ file, decoder: 'uart', channels: { rx: 'port' }, options, row: 'RX' })
  return Buffer.from(row.filter(text => /^[0-9A-F]{2}$/.test(text)).map(byte => Number.parseInt(byte, 16)))
}

describe('uart', () => {
  it.each([1200, 9600, 57_600, 115_200, 921_600])('sends text at %i baud', async baud => {
    const text = 'Größe 25 °C, 73 %\r\n'
    expect(received(await recordUart({ baud, text }), baud).toString()).toBe(text)
  })

  it('sends every byte, one after the other without a gap', async () => {
    const bytes = Array.from({ length: 256 }, (_, byte) => byte)
    expect([...received(await recordUart({ baud: 230_400, bytes }), 230_400)]).toEqual(bytes)
  })

  it('sends it inverted on a line that is active low', async () => {
    const file = await recordUart({ baud: 115_200, text: 'inverted' }, true)
    expect(received(file, 115_200, 'yes').toString()).toBe('inverted')
  })

  it('sends it again as often as it is told', async () => {
    const file = await recordUart({ baud: 115_200, text: 'again' }, false, 3)
    expect(received(file, 115_200).toString()).toBe('againagainagain')
  })
})

describe('the builder pwm', () => {
  it.each([
    { frequency: 100, duty: 0.25, period: '10.0 ms', count: 20 },
    { frequency: 25_000, duty: 0.8, period: '40.0 μs', count: 5000 },
  ])('has a duty of $duty at $frequency Hz, $count times', async ({ frequency, duty, period, count }) => {
    const { file } = await recordBench({ out: sequence({ lines: { fan: 18 } }) }, async ({ bench, wait }) => {
      await wait(1)
      await bench.out.play({ pwm: { line: 'fan', frequency, duty, for: '200ms' } }).result()
    })
    const request = { file, decoder: 'pwm', channels: { data: 'out' } }
    expect(new Set(texts({ ...request, row: 'Duty cycle' }))).toEqual(new Set([`${(duty * 100).toFixed(6)}%`]))
    const periods = texts({ ...request, row: 'Period' })
    expect(new Set(periods)).toEqual(new Set([period]))
    // The last one has no next rising edge.
    expect(periods).toHaveLength(count - 1)
  })
})

describe('the builder pulses', () => {
  it('has as many pulses as asked for, each as wide', async () => {
    const { file } = await recordBench({ out: sequence({ lines: { valve: 18 } }) }, async ({ bench, wait }) => {
      await wait(1)
      await bench.out.play({ pulses: { line: 'valve', width: '300us', gap: '1.2ms', count: 37 } }).result()
    })
    const options = { data_edge: 'rising' }
    const counted = texts({ file, decoder: 'counter', channels: { data: 'out' }, options, row: 'Edges' })
    expect(counted.map(Number)).toEqual(Array.from({ length: 37 }, (_, index) => index + 1))
    const times = edgeTimes(file, 'out')
    expect(new Set(times.filter((_, index) => index % 2 === 0))).toEqual(new Set([300_000]))
    expect(new Set(times.filter((_, index) => index % 2 === 1))).toEqual(new Set([1_200_000]))
  })
})

describe('the builder morse', () => {
  it.each([
    { wpm: 20, text: 'Hi Ann' },
    { wpm: 60, text: 'The quick brown fox, 0123456789 =?/' },
  ])('keys "$text" at $wpm words a minute', async ({ wpm, text }) => {
    const { file } = await recordBench({ key: sequence({ lines: { key: 18 } }) }, async ({ bench, wait }) => {
      await wait(1)
      await bench.key.play({ morse: { line: 'key', text, wpm } }).result()
      await wait(10_000 / wpm)
    })
    // PARIS is 50 dots long, so a dot of one word a minute lasts 60 s / 50.
    const options = { timeunit: 1.2 / wpm }
    const words = texts({ file, decoder: 'morse', channels: { data: 'key' }, options, row: 'Word' })
    expect(words).toEqual(text.toLowerCase().split(' '))
  })
})
