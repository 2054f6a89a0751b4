/** The optional package `onoff`: what is said when it cannot be loaded. */

import { describe, expect, it } from 'vitest'
import { loadGpio } from '../../../drivers/onoff/package.js'
import { FakeSysfs } from './fake-sysfs.js'

const failing = (message: string, code?: string) => () =>
  Promise.reject(Object.assign(new Error(message), code === undefined ? {} : { code }))

describe('loadGpio', () => {
  it('gives the class of the package', async () => {
    const { Gpio } = new FakeSysfs()
    expect(await loadGpio(async () => ({ Gpio }))).toBe(Gpio)
  })

  it('says that onoff is not installed, and how to install it', async () => {
    await expect(loadGpio(failing("Cannot find package 'onoff'", 'ERR_MODULE_NOT_FOUND'))).rejects.toMatchObject({
      code: 'ERR_DRIVER_MISSING',
      message: expect.stringContaining('onoff is not installed'),
      remedy: expect.stringContaining('npm install onoff'),
      details: { package: 'onoff' },
    })
  })

  it.each([
    ['was never compiled', 'Could not locate the bindings file. Tried:\n → /a/epoll.node', undefined],
    ['was compiled for another Node', "The module '/a/epoll.node'\nwas compiled against", 'ERR_DLOPEN_FAILED'],
  ])('says that epoll %s, and how to compile it', async (_, message, code) => {
    await expect(loadGpio(failing(message, code))).rejects.toMatchObject({
      code: 'ERR_DRIVER_MISSING',
      message: `the package epoll, which onoff needs, is not compiled: ${message.split('\n')[0]}`,
      remedy: expect.stringContaining('npm rebuild epoll'),
      details: { package: 'epoll' },
    })
  })
})
