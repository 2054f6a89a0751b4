import { describe, expect, it } from 'vitest'
import type { PartSpec } from '../../drivers/driver.js'
import { MockDriver, mockDriver } from '../../mocks/driver.js'
import { Load } from '../../mocks/parts/output.js'
import { VirtualClock } from '../../src/worker/virtual-clock.js'

const spec = (name: string, type: string, simulate?: PartSpec['simulate']): PartSpec => ({
  name,
  type,
  config: { line: 17 },
  simulate,
  signals: [{ name, line: 17 }],
})

describe('the mock driver', () => {
  it('wires a part to each peripheral by its type', async () => {
    const board = await new MockDriver().open({ clock: new VirtualClock(), parts: [spec('pump', 'output')] })
    expect(board.part('pump')).toBeInstanceOf(Load)
  })

  it('leaves the lines of an unknown type to their pulls', async () => {
    const board = await new MockDriver().open({ clock: new VirtualClock(), parts: [spec('x', 'constructor')] })
    expect(board.part('x')).toBeUndefined()
    expect(board.level(17)).toBe('low')
  })

  it('is called mock and its board too', async () => {
    const board = await mockDriver.open({ clock: new VirtualClock(), chip: '/dev/gpiochip4' })
    expect([mockDriver.name, board.driver]).toEqual(['mock', 'mock'])
    expect(board.description).toContain('/dev/gpiochip4')
  })

  it('leaves no timer when a part cannot be made', async () => {
    const clock = new VirtualClock()
    const parts = [spec('good', 'input', { falls: [1000] }), spec('bad', 'input', { falls: ['soon'] })]
    await expect(mockDriver.open({ clock, parts })).rejects.toThrow(expect.objectContaining({ code: 'ERR_BAD_CONFIG' }))
    await clock.idle()
    expect(clock.now()).toBe(0)
  })
})
