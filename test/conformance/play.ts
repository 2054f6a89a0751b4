import { expect } from 'vitest'
import type { DriverName } from '../../drivers/driver.js'
import { PiWorkerError } from '../../src/errors.js'
import { has } from './abilities.js'
import { INPUTS, OUTPUTS } from './rig.js'
import { type Behave, refused, withCode } from './setup.js'

const [LEVEL] = INPUTS
const [PUMP, LAMP] = OUTPUTS
const MS = 1e6
const SQUARE = [
  { values: 1, ns: 2 * MS },
  { values: 0, ns: 3 * MS },
]

export function playBehaviours(behave: Behave, driver: DriverName): void {
  behave('are played to the end, and leave the levels of the last step', async scene => {
    const motor = await scene.output([PUMP, LAMP])
    await motor.play({ steps: [...SQUARE, { values: 0b10, ns: MS }] })
    expect([scene.levels([PUMP, LAMP]), motor.get()]).toEqual([['low', 'high'], 0b10])
  })

  behave('take the time that was asked for, and say how long it was', async scene => {
    const pump = await scene.output([PUMP])
    const played = await pump.play({ steps: SQUARE, repeat: 3 })
    expect(played.requestedNs).toBe(15 * MS)
    expect(played.achievedNs).toBeGreaterThanOrEqual(15 * MS)
    expect(played.player).toBe(scene.board.capabilities.pulses)
  })

  behave('leave lines alone that are not in the mask', async scene => {
    const motor = await scene.output([PUMP, LAMP], { initial: 0b10 })
    await motor.play({ steps: [{ values: 0b01, mask: 0b01, ns: MS }] })
    expect(scene.levels([PUMP, LAMP])).toEqual(['high', 'high'])
  })

  behave('are logical on an active-low line', async scene => {
    const relay = await scene.output([PUMP], { activeLow: true })
    await relay.play({ steps: [{ values: 1, ns: MS }] })
    expect(scene.rig.level(PUMP)).toBe('low')
  })

  behave('stop when the signal aborts, with its reason', async scene => {
    const pump = await scene.output([PUMP])
    const stop = new AbortController()
    const reason = new PiWorkerError('ERR_CANCELLED', 'enough')
    const playing = pump.play({ steps: [{ values: 1, ns: 60_000 * MS }, ...SQUARE] }, stop.signal)
    playing.catch(() => undefined)
    await scene.rig.pass(20)
    stop.abort(reason)
    await expect(playing).rejects.toBe(reason)
    pump.set(0)
    expect(scene.rig.level(PUMP)).toBe('low')
  })

  behave('do not begin when the signal has aborted already', async scene => {
    const pump = await scene.output([PUMP])
    const reason = new PiWorkerError('ERR_CANCELLED', 'enough')
    await expect(pump.play({ steps: SQUARE.slice(0, 1) }, AbortSignal.abort(reason))).rejects.toBe(reason)
    expect(scene.rig.level(PUMP)).toBe('low')
  })

  behave('without a step, of a negative time, or played no time are refused', async scene => {
    const pump = await scene.output([PUMP])
    await refused(pump.play({ steps: [] }), 'ERR_BAD_PULSES')
    await refused(pump.play({ steps: [{ values: 1, ns: -1 }] }), 'ERR_BAD_PULSES')
    await refused(pump.play({ steps: SQUARE, repeat: 0 }), 'ERR_BAD_PULSES')
    expect(scene.rig.level(PUMP)).toBe('low')
  })

  behave('are refused on an input', async scene => {
    await refused((await scene.input([LEVEL])).play({ steps: SQUARE }), 'ERR_UNSUPPORTED')
  })

  behave('are refused after the release', async scene => {
    const pump = await scene.output([PUMP])
    pump.release()
    await refused(pump.play({ steps: SQUARE }), 'ERR_RELEASED')
  })

  if (!has(driver, 'pwm')) {
    behave('as PWM are not there, and the capabilities say so', async scene => {
      expect(scene.board.capabilities.pwm).toEqual([])
      expect((await scene.output([PUMP])).pwm).toBeUndefined()
    })
    return
  }

  behave(
    'as PWM say what they really are, and who makes them',
    async scene => {
      const pump = await scene.output([PUMP])
      const state = pump.pwm?.(PUMP, { frequency: 100, duty: 0.25 })
      expect(state?.frequency).toBeCloseTo(100, 3)
      expect(state?.duty).toBeCloseTo(0.25, 2)
      expect(scene.board.capabilities.pwm).toContain(state?.source)
    },
    'pwm',
  )

  behave(
    'as PWM with a duty of 0 or 1 are a steady level',
    async scene => {
      const pump = await scene.output([PUMP])
      pump.pwm?.(PUMP, { frequency: 100, duty: 1 })
      await scene.rig.pass(20)
      const on = scene.rig.level(PUMP)
      pump.pwm?.(PUMP, { frequency: 100, duty: 0 })
      await scene.rig.pass(20)
      expect([on, scene.rig.level(PUMP)]).toEqual(['high', 'low'])
    },
    'pwm',
  )

  behave(
    'as PWM end with what is set',
    async scene => {
      const pump = await scene.output([PUMP])
      pump.pwm?.(PUMP, { frequency: 100, duty: 0.5 })
      await scene.rig.pass(12)
      pump.set(0)
      await scene.rig.pass(22)
      expect([scene.rig.level(PUMP), pump.get()]).toEqual(['low', 0])
    },
    'pwm',
  )

  behave(
    'as PWM are refused for a line of another handle, and for a duty or frequency that cannot be',
    async scene => {
      const pump = await scene.output([PUMP])
      for (const [line, frequency, duty] of [
        [LAMP, 100, 0.5],
        [PUMP, 0, 0.5],
        [PUMP, 100, 1.5],
        [PUMP, Number.NaN, 0.5],
      ] as const) {
        expect(() => pump.pwm?.(line, { frequency, duty })).toThrow(withCode('ERR_BAD_OPTION'))
      }
    },
    'pwm',
  )
}
