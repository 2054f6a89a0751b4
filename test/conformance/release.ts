import { expect } from 'vitest'
import { INPUTS, OUTPUTS } from './rig.js'
import { type Behave, listen, withCode } from './setup.js'

const [LEVEL] = INPUTS
const [PUMP, LAMP] = OUTPUTS

export function releaseBehaviours(behave: Behave): void {
  behave('gives the line back', async scene => {
    const pump = await scene.output([PUMP])
    pump.release()
    expect(scene.board.lineInfo(PUMP)).toMatchObject({ used: false, consumer: undefined })
  })

  behave('makes every later call of the handle throw', async scene => {
    const pump = await scene.output([PUMP])
    pump.release()
    const calls = [
      () => pump.get(),
      () => pump.set(1),
      () => pump.reconfigure({ direction: 'input' }),
      () => pump.edges(() => undefined),
    ]
    for (const call of calls) expect(call).toThrow(withCode('ERR_RELEASED'))
  })

  behave('can be done twice', async scene => {
    const pump = await scene.output([PUMP])
    pump.release()
    expect(() => pump.release()).not.toThrow()
  })

  behave('lets the line be requested again, and the old handle does not move it', async scene => {
    const first = await scene.output([PUMP])
    first.release()
    const second = await scene.output([PUMP], { initial: 1 })
    expect(() => first.set(0)).toThrow(withCode('ERR_RELEASED'))
    first.release()
    expect([second.get(), scene.rig.level(PUMP)]).toEqual([1, 'high'])
  })

  behave('of one handle leaves the others as they are', async scene => {
    const pump = await scene.output([PUMP])
    const lamp = await scene.output([LAMP], { initial: 1 })
    pump.release()
    expect([lamp.get(), scene.rig.level(LAMP)]).toEqual([1, 'high'])
    lamp.set(0)
    expect(scene.rig.level(LAMP)).toBe('low')
  })

  behave('of the board gives every line back, listened to or not', async scene => {
    const { rig } = scene
    const pump = await scene.output([PUMP])
    listen(await scene.input([LEVEL], { edges: 'both' }))
    await scene.board.close()
    expect(() => pump.set(1)).toThrow(withCode('ERR_RELEASED'))
    const next = await rig.open()
    try {
      expect([PUMP, LEVEL].map(line => next.lineInfo(line).used)).toEqual([false, false])
    } finally {
      await next.close()
    }
  })

  behave('leaves nothing open after 20 boards with lines and edges', async ({ rig, board }) => {
    await board.close()
    const once = async (): Promise<void> => {
      const next = await rig.open()
      await next.request({ lines: [PUMP], settings: { direction: 'output' } })
      listen(await next.request({ lines: [LEVEL], settings: { direction: 'input', edges: 'both' } }))
      await next.close()
    }
    // What is loaded and started once, on first use, is no leak.
    await once()
    const before = rig.leftovers()
    for (let round = 0; round < 20; round++) await once()
    expect(rig.leftovers()).toEqual(before)
  })
}
