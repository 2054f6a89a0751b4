/** On ARMv6, where gpiochip cannot run, no remedy sends anybody there. */

import { machine } from 'node:os'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { candidates } from '../../drivers/candidates.js'
import { driversWith } from '../../drivers/detect.js'
import { readOnly } from '../../drivers/onoff/failures.js'
import { findChip } from '../../drivers/onoff/find-chip.js'
import { orOtherDriver, otherDriver } from '../../drivers/other-driver.js'
import { permissionError } from '../../drivers/permission.js'
import { otherChip, startFailure } from '../../drivers/pigpio/failures.js'
import { checkMachine, type Machine } from '../../drivers/pigpio/machine.js'
import { loadPigpio } from '../../drivers/pigpio/package.js'
import { planWaves } from '../../drivers/pigpio/wave-plan.js'
import type { PiWorkerError } from '../../src/errors.js'
import { openOn as openOnoff } from './onoff/open.js'
import { openOn as openPigpio, pi3 } from './pigpio/open.js'

vi.mock('node:os', async original => ({ ...(await original<typeof import('node:os')>()), machine: vi.fn() }))

const processor = (name: string) => vi.mocked(machine).mockReturnValue(name)
afterEach(() => {
  vi.mocked(machine).mockReset()
})

const output = { direction: 'output' } as const
const failed = new RangeError('pigpio error -1 in gpioInitialise')
const held: Machine = { ...pi3, holder: () => ({ pid: 812, name: 'pigpiod' }) }
const missing = (): never => {
  throw Object.assign(new RangeError('none'), { code: 'MODULE_NOT_FOUND' })
}
const source = { resolve: missing, loadAddon: () => undefined, load: async () => undefined }
const user = { user: 'pi', groupIds: [], groupFile: '/nowhere' }

/** The error of a call that must throw, or of what it returns. */
async function errorOf(make: () => unknown): Promise<PiWorkerError> {
  try {
    return (await make()) as PiWorkerError
  } catch (error) {
    return error as PiWorkerError
  }
}

const REFUSALS: readonly (readonly [string, () => unknown])[] = [
  ['pigpio without root', () => checkMachine({ ...pi3, uid: 1000 })],
  ['pigpio on no Pi', () => checkMachine({ ...pi3, revision: () => undefined })],
  ['pigpio that is held', () => startFailure(failed, held)],
  ['pigpio that does not start', () => startFailure(failed, pi3)],
  ['pigpio that is not installed', () => loadPigpio(source)],
  ['a chip that pigpio does not know', () => otherChip('gpiochip1')],
  ['a wave on GPIO0', () => planWaves({ steps: [{ values: 1, ns: 1000 }] }, [0], 0)],
  [
    'a drive of pigpio',
    async () => {
      const { board } = await openPigpio()
      return await board.request({ lines: [4], settings: { ...output, drive: 'open-drain' } })
    },
  ],
  [
    'a debounce of pigpio',
    async () => {
      const { board } = await openPigpio()
      return await board.request({ lines: [4], settings: { direction: 'input', debounceNs: 1e12 } })
    },
  ],
  [
    'a bias of onoff',
    async () => {
      const { board } = await openOnoff()
      return await board.request({ lines: [4], settings: { direction: 'input', bias: 'pull-up' } })
    },
  ],
  ['no sysfs', () => findChip('/nowhere', undefined)],
  ['sysfs that is read-only', () => readOnly('/sys/class/gpio/export', new RangeError('EROFS'))],
  ['sysfs of root', () => permissionError('onoff', '/proc/self/status', new RangeError('EACCES'), user)],
]

describe('on ARMv6', () => {
  beforeEach(() => processor('armv6l'))

  it.each(REFUSALS)('the remedy for %s does not name gpiochip', async (_, refuse) => {
    const error = await errorOf(refuse)
    expect(error.remedy).not.toContain('gpiochip')
    expect(error.remedy.length).toBeGreaterThan(10)
    expect(error.place).toBeTypeOf('string')
  })

  it('the other driver is onoff', () => {
    expect(otherDriver()).toBe('onoff')
    expect(orOtherDriver('Run it as root (sudo)')).toEqual({
      remedy: 'Run it as root (sudo), or use --driver onoff.',
      mend: 'Run it as root (sudo).',
    })
  })

  it('nobody is sent to gpiochip for what it would be able to do elsewhere', async () => {
    expect(await driversWith({ bias: 'pull-up' }, candidates)).toEqual(['pigpio'])
  })
})

describe('elsewhere', () => {
  beforeEach(() => processor('aarch64'))

  it.each(REFUSALS)('the remedy for %s names gpiochip', async (_, refuse) => {
    expect((await errorOf(refuse)).remedy).toContain('gpiochip')
  })

  it('a command stays whole, to be copied', () => {
    expect(orOtherDriver('Install it: npm install pigpio')).toEqual({
      remedy: 'Install it: npm install pigpio; or use --driver gpiochip.',
      mend: 'Install it: npm install pigpio',
    })
  })

  it('gpiochip is named for what it can do', async () => {
    expect(await driversWith({ bias: 'pull-up' }, candidates)).toEqual(['gpiochip', 'pigpio'])
  })
})
