import { expect } from 'vitest'
import { INPUTS, OUTPUTS, type Rig } from './rig.js'
import { type Behave, withCode } from './setup.js'

const [LEVEL, BUTTON] = INPUTS
const [PUMP] = OUTPUTS

export function levelBehaviours(behave: Behave, { showsLetGo }: Rig): void {
  behave('of an output are low from the request on, unless told otherwise', async scene => {
    const pump = await scene.output([PUMP])
    expect([scene.rig.level(PUMP), pump.get()]).toEqual(['low', 0])
  })

  behave('of an output are what `initial` says from the request on', async scene => {
    const pump = await scene.output([PUMP], { initial: 1 })
    expect([scene.rig.level(PUMP), pump.get()]).toEqual(['high', 1])
  })

  behave('of an output follow what is set', async scene => {
    const pump = await scene.output([PUMP])
    const seen: unknown[] = []
    for (const value of [1, 0, 1, 1, 0]) {
      pump.set(value)
      seen.push([scene.rig.level(PUMP), pump.get()])
    }
    expect(seen).toEqual([
      ['high', 1],
      ['low', 0],
      ['high', 1],
      ['high', 1],
      ['low', 0],
    ])
  })

  behave('of an active-low output are the other way round, its values are not', async scene => {
    const relay = await scene.output([PUMP], { activeLow: true })
    expect([scene.rig.level(PUMP), relay.get()]).toEqual(['high', 0])
    relay.set(1)
    expect([scene.rig.level(PUMP), relay.get()]).toEqual(['low', 1])
  })

  behave('of an active-low output are inverted in `initial` too', async scene => {
    await scene.output([PUMP], { activeLow: true, initial: 1 })
    expect(scene.rig.level(PUMP)).toBe('low')
  })

  behave('of several outputs are bits in the order of the request', async scene => {
    const motor = await scene.output([27, 17, 22], { initial: 0b001 })
    expect(scene.levels([27, 17, 22])).toEqual(['high', 'low', 'low'])
    motor.set(0b110)
    expect([scene.levels([27, 17, 22]), motor.get()]).toEqual([['low', 'high', 'high'], 0b110])
  })

  behave('that are not in the mask stay', async scene => {
    const motor = await scene.output([27, 17, 22], { initial: 0b101 })
    motor.set(0b010, 0b011)
    expect(scene.levels([27, 17, 22])).toEqual(['low', 'high', 'high'])
    motor.set(0b000, 0)
    expect(motor.get()).toBe(0b110)
  })

  behave('of lines that the handle has not are passed over in values and mask', async scene => {
    const pump = await scene.output([PUMP])
    pump.set(0xffff_ffff, 0xffff_ffff)
    expect([scene.rig.level(PUMP), pump.get()]).toEqual(['high', 1])
  })

  behave('of an input follow the outside world', async scene => {
    const level = await scene.input([LEVEL])
    const seen: number[] = []
    for (const to of ['low', 'high', 'low'] as const) {
      scene.rig.pull(LEVEL, to)
      seen.push(level.get())
    }
    expect(seen).toEqual([0, 1, 0])
  })

  behave('of an active-low input are the other way round', async scene => {
    const level = await scene.input([LEVEL], { activeLow: true })
    scene.rig.pull(LEVEL, 'low')
    const low = level.get()
    scene.rig.pull(LEVEL, 'high')
    expect([low, level.get()]).toEqual([1, 0])
  })

  behave('of several inputs are read together, as bits in the order of the request', async scene => {
    const dials = await scene.input([BUTTON, LEVEL])
    scene.rig.pull(BUTTON, 'high')
    scene.rig.pull(LEVEL, 'low')
    const first = dials.get()
    scene.rig.pull(BUTTON, 'low')
    scene.rig.pull(LEVEL, 'high')
    expect([first, dials.get()]).toEqual([0b01, 0b10])
  })

  behave('of an input cannot be set', async scene => {
    const level = await scene.input([LEVEL])
    expect(() => level.set(1)).toThrow(withCode('ERR_UNSUPPORTED'))
  })

  behave(
    'of an input that nothing else drives are those of its bias',
    async scene => {
      for (const line of [LEVEL, BUTTON]) scene.rig.pull(line, 'none')
      const up = await scene.input([LEVEL], { bias: 'pull-up' })
      const down = await scene.input([BUTTON], { bias: 'pull-down' })
      expect([up.get(), down.get()]).toEqual([1, 0])
    },
    'bias',
  )

  if (!showsLetGo) return

  behave(
    'of an open-drain output are low, or what the outside world makes them',
    async scene => {
      const wire = await scene.output([PUMP], { drive: 'open-drain', initial: 1 })
      scene.rig.pull(PUMP, 'low')
      const letGo = scene.rig.level(PUMP)
      scene.rig.pull(PUMP, 'high')
      const pulled = scene.rig.level(PUMP)
      wire.set(0)
      expect([letGo, pulled, scene.rig.level(PUMP)]).toEqual(['low', 'high', 'low'])
    },
    'drive',
  )

  behave(
    'of an open-source output are high, or what the outside world makes them',
    async scene => {
      const wire = await scene.output([PUMP], { drive: 'open-source' })
      scene.rig.pull(PUMP, 'high')
      const pulled = scene.rig.level(PUMP)
      scene.rig.pull(PUMP, 'low')
      const letGo = scene.rig.level(PUMP)
      wire.set(1)
      expect([letGo, pulled, scene.rig.level(PUMP)]).toEqual(['low', 'high', 'high'])
    },
    'drive',
  )
}
