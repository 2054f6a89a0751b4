import { describe, expect, it } from 'vitest'
import type { MockBoard } from '../../mocks/board.js'
import { RgbLed } from '../../mocks/parts/rgb.js'
import { rgb } from '../../src/peripherals/rgb.js'
import { failureOf, openMockBench, refusalOf } from '../bench/setup.js'

type Config = Parameters<typeof rgb>[0]

const LINES: Config = { red: 17, green: 22, blue: 27 }

async function open(config: Partial<Config> = {}) {
  const opened = await openMockBench({ lamp: rgb({ ...LINES, ...config }) })
  const { clock } = opened
  return { ...opened, led: ledOf(opened.board), wait: (ms: number) => clock.reach(clock.now() + ms * 1e6) }
}

function ledOf(board: MockBoard): RgbLed {
  const part = board.part('lamp')
  if (part instanceof RgbLed) return part
  throw new TypeError('no LED')
}

describe.each<[string, Partial<Config>]>([
  ['three lines', {}],
  ['a common anode', { activeLow: true }],
  ['channels and a line', { red: { channel: 0 }, green: { channel: 1 } }],
  [
    'channels of a common anode',
    { red: { channel: 0 }, green: { channel: 1 }, blue: { channel: 0, chip: 1 }, activeLow: true },
  ],
])('an RGB LED on %s', (_what, config) => {
  it('shows the colour that it is told', async () => {
    const { bench, led, wait } = await open(config)
    const shown = await bench.lamp.color({ color: '#FF8000' }).result()
    expect(shown).toMatchObject({ color: '#ff8000', on: true, red: 1, blue: 0 })
    await wait(5)
    expect(led.color).toBe('#ff8000')
    await bench.lamp.off().result()
    await wait(5)
    expect(led.color).toBe('#000000')
  })

  it('fades to another colour, and is off when that is cancelled; then it works on', async () => {
    const { bench, led, clock, wait } = await open(config)
    const fade = bench.lamp.fade({ to: '#ffffff', over: '2s' })
    const seen: string[] = []
    clock.after(1.0075e9, () => seen.push(led.color))
    await fade.result()
    await wait(5)
    expect([...seen, led.color]).toEqual(['#808080', '#ffffff'])
    const back = bench.lamp.fade({ to: '#0000ff', over: '2s' })
    clock.after(1e9, () => back.cancel())
    expect(await failureOf(back.result())).toMatchObject({ code: 'ERR_CANCELLED' })
    await wait(5)
    expect(led.color).toBe('#000000')
    await bench.lamp.color({ color: '#102030' }).result()
    await wait(5)
    expect(led.color).toBe('#102030')
  })
})

describe('an RGB LED', () => {
  it('blinks as often and as long as it is told', async () => {
    const { bench, led, wait } = await open()
    const { took } = await bench.lamp.blink({ color: '#ff00ff', on: 100, off: 200, count: 3 }).result()
    await wait(500)
    expect(took).toBe(900)
    expect([led.onNs, led.color]).toEqual([[300e6, 0, 300e6], '#000000'])
  })

  it('starts in its safe colour', async () => {
    const { bench, led, wait } = await open({ safe: '#ff0000' })
    await wait(5)
    expect(led.color).toBe('#ff0000')
    expect(await bench.lamp.state().result()).toMatchObject({ color: '#ff0000' })
  })

  it('has eight colours on lines that are only switched, and says which it really shows', async () => {
    const { bench, led } = await open({ pwm: false })
    expect(await bench.lamp.color({ color: '#90207f' }).result()).toMatchObject({ color: '#ff0000' })
    expect(led.color).toBe('#ff0000')
  })

  it.each([
    ['all of its lines', {}],
    ['one line', { red: { channel: 0 }, green: { channel: 1 } }],
  ])('refuses to fade at the call when %s can only be switched', async (_what, config) => {
    const opened = await open({ pwm: false, ...config })
    expect(refusalOf(opened, () => opened.bench.lamp.fade({ to: '#ffffff', over: 100 }))).toMatchObject({
      code: 'ERR_UNSUPPORTED',
      message: 'lamp.fade: needs PWM, and its lines are only switched',
      place: 'lamp.fade',
      remedy: expect.stringContaining('pwm: false'),
    })
  })

  it.each(['red', '#ff', '#ff00zz', 'ff0000', ''])('refuses the colour "%s" at the call', async color => {
    const opened = await open()
    expect(refusalOf(opened, () => opened.bench.call('lamp', 'color', { color })).code).toBe('ERR_BAD_INPUT')
  })

  it('does not have one channel twice', async () => {
    const twice = open({ red: { channel: 0 }, green: { channel: 0 } })
    await expect(twice).rejects.toMatchObject({ code: 'ERR_LINE_CLAIMED' })
  })
})
