import { expect } from 'vitest'
import { INPUTS, OUTPUTS } from './rig.js'
import { type Behave, directions, listen, withCode } from './setup.js'

const [LEVEL] = INPUTS
const [PUMP, LAMP] = OUTPUTS

export function settingsBehaviours(behave: Behave): void {
  behave('make an input an output, at the level that `initial` says, and an input again', async scene => {
    const bus = await scene.input([LEVEL])
    scene.rig.pull(LEVEL, 'high')
    bus.reconfigure({ direction: 'output', initial: 0 })
    const driven = scene.rig.level(LEVEL)
    bus.reconfigure({ direction: 'input' })
    scene.rig.pull(LEVEL, 'high')
    expect([driven, bus.get()]).toEqual(['low', 1])
  })

  behave('do not let the line go', async scene => {
    const bus = await scene.input([LEVEL])
    bus.reconfigure({ direction: 'output' })
    expect(scene.board.lineInfo(LEVEL)).toMatchObject({ used: true, direction: 'output' })
    bus.reconfigure({ direction: 'input' })
    expect(scene.board.lineInfo(LEVEL)).toMatchObject({ used: true, direction: 'input' })
  })

  behave('are what the handle says from then on', async scene => {
    const bus = await scene.input([LEVEL])
    const settings = { direction: 'output', initial: 1 } as const
    bus.reconfigure(settings)
    expect(bus.settings).toMatchObject(settings)
  })

  behave('keep the levels of outputs that get no new ones', async scene => {
    const motor = await scene.output([PUMP, LAMP])
    motor.set(0b10)
    motor.reconfigure({ direction: 'output' })
    expect([scene.levels([PUMP, LAMP]), motor.get()]).toEqual([['low', 'high'], 0b10])
  })

  behave('keep the level when active-low is turned on: the value is the other one', async scene => {
    const pump = await scene.output([PUMP], { initial: 1 })
    pump.reconfigure({ direction: 'output', activeLow: true })
    expect([scene.rig.level(PUMP), pump.get()]).toEqual(['high', 0])
    pump.set(1)
    expect(scene.rig.level(PUMP)).toBe('low')
  })

  behave('give an output new levels when they say so', async scene => {
    const motor = await scene.output([PUMP, LAMP], { initial: 0b01 })
    motor.reconfigure({ direction: 'output', initial: 0b10 })
    expect(scene.levels([PUMP, LAMP])).toEqual(['low', 'high'])
  })

  behave('that cannot be are refused, and the old ones stay', async scene => {
    const pump = await scene.output([PUMP], { initial: 1 })
    expect(() => pump.reconfigure({ direction: 'output', edges: 'both' })).toThrow(withCode('ERR_UNSUPPORTED'))
    expect([pump.settings.edges ?? 'none', scene.rig.level(PUMP)]).toEqual(['none', 'high'])
    pump.set(0)
    expect(scene.rig.level(PUMP)).toBe('low')
  })

  behave('switch edges on and off', async scene => {
    const level = await scene.input([LEVEL])
    const events = listen(level)
    await scene.toggle(LEVEL, 2)
    level.reconfigure({ direction: 'input', edges: 'both' })
    await scene.toggle(LEVEL, 2, events)
    level.reconfigure({ direction: 'input' })
    await scene.toggle(LEVEL, 2)
    expect(directions(events)).toEqual(['rising', 'falling'])
  })

  behave('make an output an input with edges, as a bus with one wire needs it', async scene => {
    const bus = await scene.output([LEVEL], { initial: 0 })
    const events = listen(bus)
    bus.reconfigure({ direction: 'input', edges: 'both' })
    await scene.edge(LEVEL, 'low')
    events.length = 0
    await scene.toggle(LEVEL, 2, events)
    expect(directions(events)).toEqual(['rising', 'falling'])
  })

  behave(
    'change the bias of a line that is held',
    async scene => {
      scene.rig.pull(LEVEL, 'none')
      const level = await scene.input([LEVEL], { bias: 'pull-up' })
      const up = level.get()
      level.reconfigure({ direction: 'input', bias: 'pull-down' })
      expect([up, level.get()]).toEqual([1, 0])
    },
    'bias',
  )
}
