/** The optional packages of the buses: what is said when they cannot be loaded. */

import { describe, expect, it } from 'vitest'
import { loadI2c } from '../../../drivers/buses/i2c-package.js'
import { loadSpi } from '../../../drivers/buses/spi-package.js'
import { FakeI2c } from './fake-i2c.js'
import { errno } from './setup.js'

type Load = (load: () => Promise<{ readonly default: never }>) => Promise<unknown>

describe.each<[string, Load]>([
  ['i2c-bus', loadI2c],
  ['spi-device', loadSpi],
])('the package %s', (name, load) => {
  it('is given as it is', async () => {
    const found = { default: new FakeI2c() as never }
    expect(await load(async () => found)).toBe(found.default)
  })

  it('that is not installed is ERR_DRIVER_MISSING, with the command that installs it', async () => {
    await expect(load(() => Promise.reject(errno('ERR_MODULE_NOT_FOUND')))).rejects.toMatchObject({
      code: 'ERR_DRIVER_MISSING',
      message: `the package ${name} is not installed`,
      remedy: expect.stringContaining(`npm install ${name}`),
      details: { package: name },
    })
  })

  it('that was not compiled is ERR_DRIVER_MISSING, with the command that compiles it', async () => {
    const failing = () => Promise.reject(new TypeError('Could not locate the bindings file. Tried:\n → /a/b.node'))
    await expect(load(failing)).rejects.toMatchObject({
      code: 'ERR_DRIVER_MISSING',
      message: `the package ${name} is not compiled: Could not locate the bindings file. Tried:`,
      remedy: expect.stringContaining(`npm rebuild ${name}`),
    })
  })
})
