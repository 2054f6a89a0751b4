/** The npm packages that reach hardware: which are there, and whether their binaries are. Nothing is loaded. */

import { existsSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

export interface PackageFacts {
  readonly name: string
  /** `no binary`: it is there, but was never compiled, or its binary was left out. */
  readonly state: 'installed' | 'no binary' | 'missing'
  /** What it is for. */
  readonly purpose: string
  /** What installs it, or gives it its binary. */
  readonly install: string
}

/** The folder of a package as code in `from` (a folder; pi-worker itself when left out) finds it, or undefined. */
export type FindPackage = (name: string, from?: string) => string | undefined

interface Known {
  readonly name: string
  readonly purpose: string
  /** The package that it comes with. */
  readonly under?: string
}

const KNOWN: readonly Known[] = [
  { name: 'koffi', purpose: 'driver gpiochip' },
  { name: 'onoff', purpose: 'driver onoff' },
  { name: 'epoll', purpose: 'driver onoff', under: 'onoff' },
  { name: 'pigpio', purpose: 'driver pigpio' },
  { name: 'i2c-bus', purpose: 'I2C devices' },
  { name: 'spi-device', purpose: 'SPI devices' },
]

/** Packages without native code of their own. */
const PURE = ['onoff']

export function readPackages(find: FindPackage, platform: string, arch: string): PackageFacts[] {
  return KNOWN.map(({ name, purpose, under }) => {
    const parent = under === undefined ? undefined : find(under)
    const folder = under === undefined || parent !== undefined ? find(name, parent) : undefined
    const state = folder === undefined ? 'missing' : hasBinary(find, name, folder, platform, arch)
    return { name, state, purpose, install: installOf(name, state, under) }
  })
}

function hasBinary(find: FindPackage, name: string, folder: string, platform: string, arch: string) {
  if (PURE.includes(name)) return 'installed'
  // koffi's binaries are packages of their own, which --omit=optional leaves out; where npm lets it run its script, it
  // compiles one for itself then.
  if (name === 'koffi') {
    const own = join(folder, 'build', 'koffi', `${platform}_${arch}`, 'koffi.node')
    return find(`@koromix/koffi-${platform}-${arch}`, folder) || existsSync(own) ? 'installed' : 'no binary'
  }
  const compiled = join(folder, 'build', 'Release')
  const prebuilt = existsSync(join(folder, 'prebuilds'))
  const built = existsSync(compiled) && readdirSync(compiled).some(file => file.endsWith('.node'))
  return built || prebuilt ? 'installed' : 'no binary'
}

function installOf(name: string, state: PackageFacts['state'], under: string | undefined): string {
  if (name === 'koffi') return 'npm install --include=optional'
  if (state === 'no binary') return `npm rebuild ${name}`
  return `npm install ${under ?? name}`
}

/** Looks where Node's own `require` would, without running anything. */
export function findPackage(name: string, from?: string): string | undefined {
  const require = createRequire(from === undefined ? import.meta.url : join(from, 'package.json'))
  const folders = require.resolve.paths(name) ?? []
  return folders.map(folder => join(folder, name)).find(folder => existsSync(join(folder, 'package.json')))
}
