/** `pi-worker/drivers`: what importing it does not do. */

import { expect, it, vi } from 'vitest'

const loaded: string[] = []
vi.mock('koffi', () => {
  loaded.push('koffi')
  return { default: {} }
})
vi.mock('onoff', () => {
  loaded.push('onoff')
  return { Gpio: class {} }
})

it('loads nothing native until a board is opened', async () => {
  const drivers = await import('../../drivers/index.js')
  expect(drivers.openBoard).toBeTypeOf('function')
  expect(drivers.gpiochipDriver().name).toBe('gpiochip')
  expect(drivers.onoffDriver().name).toBe('onoff')
  expect(loaded).toEqual([])
  // The stand-ins are in place: what does load a package is seen.
  await import('koffi')
  await import('onoff')
  expect(loaded).toEqual(['koffi', 'onoff'])
})
