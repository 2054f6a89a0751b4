/** The optional package `pigpio`: what is said when it, its addon, or the library under it is not there. */

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadPigpio, type PackageSource } from '../../../drivers/pigpio/package.js'
import { codeOf } from '../../../src/errors.js'
import { tempFolder } from '../temp-folder.js'
import { FakePigpio } from './fake-pigpio.js'

/** The main file of a package that has been compiled, or has not. */
function installed(compiled: boolean): string {
  const folder = tempFolder()
  if (compiled) {
    mkdirSync(join(folder, 'build/Release'), { recursive: true })
    writeFileSync(join(folder, 'build/Release/pigpio.node'), '')
  }
  return join(folder, 'pigpio.js')
}

const notFound = () => {
  throw Object.assign(new TypeError("Cannot find module 'pigpio'"), { code: 'MODULE_NOT_FOUND' })
}

const failing = (message: string) => () => {
  throw new TypeError(message)
}

const source = (parts: Partial<PackageSource>): PackageSource => ({
  resolve: () => installed(true),
  loadAddon: () => undefined,
  load: async () => undefined,
  ...parts,
})

describe('loadPigpio', () => {
  it('gives what the package exports, as a default or by itself', async () => {
    const fake = new FakePigpio()
    expect(await loadPigpio(source({ load: async () => ({ default: fake }) }))).toBe(fake)
    expect(await loadPigpio(source({ load: async () => fake }))).toBe(fake)
  })

  it('says that the package is not installed, and how to install it', async () => {
    await expect(loadPigpio(source({ resolve: notFound }))).rejects.toMatchObject({
      code: 'ERR_DRIVER_MISSING',
      message: 'the package pigpio is not installed',
      remedy: expect.stringMatching(/npm install pigpio.*--driver gpiochip/),
    })
  })

  it('says what else speaks against finding it', async () => {
    const resolve = () => {
      throw new TypeError('no such condition')
    }
    await expect(loadPigpio(source({ resolve }))).rejects.toMatchObject({
      code: 'ERR_DRIVER_MISSING',
      message: expect.stringContaining('no such condition'),
    })
  })

  it.each([
    ['was not compiled', { resolve: () => installed(false) }, 'not compiled'],
    ['was compiled without the library', { loadAddon: failing('Module did not self-register') }, 'self-register'],
    [
      'does not find the library',
      { loadAddon: failing('libpigpio.so.1: cannot open\nmore') },
      'libpigpio.so.1: cannot open',
    ],
  ])('does not load a package whose addon %s, which would print a page', async (_, parts, reason) => {
    let loaded = false
    const load = async () => {
      loaded = true
    }
    await expect(loadPigpio(source({ ...parts, load }))).rejects.toMatchObject({
      code: 'ERR_DRIVER_MISSING',
      message: expect.stringMatching(new RegExp(`^the addon of the package pigpio cannot be used: .*${reason}$`)),
      remedy: expect.stringContaining('libpigpio-dev'),
    })
    expect(loaded).toBe(false)
  })

  it('says what the package threw while it was loaded', async () => {
    const load = () => Promise.reject(new TypeError('no bindings'))
    await expect(loadPigpio(source({ load }))).rejects.toMatchObject({
      code: 'ERR_DRIVER_MISSING',
      message: expect.stringContaining('no bindings'),
    })
  })

  it('of this installation is usable, or refused with a code', async () => {
    const usable = await loadPigpio().then(
      ({ initialize }) => typeof initialize,
      (error: unknown) => codeOf(error),
    )
    expect(['function', 'ERR_DRIVER_MISSING']).toContain(usable)
  })
})
