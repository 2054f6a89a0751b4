import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findPackage, type PackageFacts, readPackages } from '../../../drivers/machine/packages.js'
import { plant } from './trees.js'

/** Packages as they lie in a node_modules of our own. */
function packagesOf(tree: Record<string, string>): Record<string, PackageFacts['state']> {
  const root = plant(Object.fromEntries(Object.keys(tree).map(path => [`node_modules/${path}`, ''])))
  const find = (name: string, from = root): string | undefined => findPackage(name, from)
  return Object.fromEntries(readPackages(find, 'linux', 'arm64').map(({ name, state }) => [name, state]))
}

describe('packages', () => {
  it('that are not there are missing', () => {
    expect(new Set(Object.values(packagesOf({})))).toEqual(new Set(['missing']))
  })

  it('of which koffi lacks its binary, after --omit=optional, are told apart from those that have it', () => {
    expect(packagesOf({ 'koffi/package.json': '' }).koffi).toBe('no binary')
    const tree = { 'koffi/package.json': '', '@koromix/koffi-linux-arm64/package.json': '' }
    expect(packagesOf(tree).koffi).toBe('installed')
    const other = { 'koffi/package.json': '', '@koromix/koffi-linux-x64/package.json': '' }
    expect(packagesOf(other).koffi).toBe('no binary')
  })

  it('of which koffi compiled a binary for itself have it', () => {
    const tree = { 'koffi/package.json': '', 'koffi/build/koffi/linux_arm64/koffi.node': '' }
    expect(packagesOf(tree).koffi).toBe('installed')
  })

  it('that were never compiled have no binary', () => {
    const tree = { 'onoff/package.json': '', 'epoll/package.json': '', 'pigpio/package.json': '' }
    const compiled = { 'pigpio/build/Release/pigpio.node': '' }
    expect(packagesOf({ ...tree, ...compiled })).toMatchObject({
      onoff: 'installed',
      epoll: 'no binary',
      pigpio: 'installed',
    })
  })

  it('under another package are found there', () => {
    const tree = {
      'onoff/package.json': '',
      'onoff/node_modules/epoll/package.json': '',
      'onoff/node_modules/epoll/build/Release/epoll.node': '',
    }
    expect(packagesOf(tree).epoll).toBe('installed')
  })

  it('each say what installs them', () => {
    const install = Object.fromEntries(
      readPackages(name => (name === 'epoll' ? join('/x', name) : undefined), 'linux', 'x64').map(one => [
        one.name,
        one.install,
      ]),
    )
    expect(install).toMatchObject({
      koffi: 'npm install --include=optional',
      onoff: 'npm install onoff',
      'i2c-bus': 'npm install i2c-bus',
    })
  })

  it('of this repository are found as Node finds them', () => {
    expect(findPackage('koffi')).toMatch(/node_modules\/koffi$/)
    expect(findPackage('no-such-package')).toBeUndefined()
  })
})
