/** Machines on which the gpiochip driver must not load koffi. */

import { expect, it, vi } from 'vitest'
import { checkPlatform, loadLibc, type Platform } from '../../../drivers/gpiochip/libc.js'

const loaded: string[] = []
vi.mock('koffi', () => {
  loaded.push('koffi')
  return { default: { load: () => ({ func: (signature: string) => signature }), errno: () => 0 } }
})

const PI_4: Platform = { platform: 'linux', arch: 'arm64', machine: 'aarch64', endianness: 'LE' }
const PI_ZERO: Platform = { ...PI_4, arch: 'arm', machine: 'armv6l' }

it('refuses an ARMv6 (Pi 0, 0 W, 1) before koffi is loaded, and sends it to onoff', async () => {
  await expect(loadLibc(PI_ZERO)).rejects.toMatchObject({
    code: 'ERR_UNSUPPORTED',
    message: expect.stringContaining('armv6l'),
    remedy: 'Use --driver onoff on this machine.',
  })
  expect(loaded).toEqual([])
})

it('loads koffi on a machine that can run it', async () => {
  expect((await loadLibc(PI_4)).errno()).toBe(0)
  expect(loaded).toEqual(['koffi'])
})

it('runs an ARMv6 Node on an ARMv7 processor, as Raspberry Pi OS has it', () => {
  expect(() => checkPlatform({ ...PI_ZERO, machine: 'armv7l' })).not.toThrow()
})

it.each([
  ['darwin', { ...PI_4, platform: 'darwin' }, 'Use --driver mock on this machine.'],
  ['a big-endian machine', { ...PI_4, endianness: 'BE' } as const, 'Use --driver onoff on this machine.'],
])('refuses %s with a remedy', (_, platform, remedy) => {
  expect(() => checkPlatform(platform)).toThrow(expect.objectContaining({ code: 'ERR_UNSUPPORTED', remedy }))
})
