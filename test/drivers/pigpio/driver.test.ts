/** Opening a board of the pigpio driver, and what speaks against it. */

import { describe, expect, it } from 'vitest'
import type { ChipInspector } from '../../../drivers/pigpio/index.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'
import { ManualClock } from '../../mocks/setup.js'
import { FakePigpio } from './fake-pigpio.js'
import { driverOn, openOn, pi3 } from './open.js'

const clock = new ManualClock()
const output = { direction: 'output' } as const

describe('the pigpio driver', () => {
  it('needs Linux', async () => {
    const driver = driverOn(new FakePigpio(), { machine: { ...pi3, platform: 'darwin' } })
    await expect(driver.open({ clock })).rejects.toMatchObject({
      code: 'ERR_UNSUPPORTED',
      message: expect.stringContaining('darwin'),
    })
  })

  it('does not run in virtual time', async () => {
    await expect(driverOn(new FakePigpio()).open({ clock: new VirtualClock() })).rejects.toMatchObject({
      code: 'ERR_UNSUPPORTED',
      remedy: expect.stringContaining('--virtual'),
    })
  })

  it.each([0xc04170, 0xb04180, 0xd04190])(
    'is refused on a Pi 5 and its kin (%i), which gpiochip serves',
    async revision => {
      const driver = driverOn(new FakePigpio(), { machine: { ...pi3, revision: () => revision } })
      await expect(driver.open({ clock })).rejects.toMatchObject({
        code: 'ERR_UNSUPPORTED',
        place: 'pigpio',
        remedy: 'Use --driver gpiochip on this machine.',
      })
    },
  )

  it('is refused where there is no Raspberry Pi, before anything is loaded', async () => {
    let loaded = false
    const driver = driverOn(new FakePigpio(), {
      machine: { ...pi3, revision: () => undefined },
      pigpio: async () => {
        loaded = true
        return new FakePigpio()
      },
    })
    await expect(driver.open({ clock })).rejects.toMatchObject({
      code: 'ERR_UNSUPPORTED',
      remedy: expect.stringContaining('--driver mock'),
    })
    expect(loaded).toBe(false)
  })

  it('is refused without root, which gpiochip does not need', async () => {
    const driver = driverOn(new FakePigpio(), { machine: { ...pi3, uid: 1000 } })
    await expect(driver.open({ clock })).rejects.toMatchObject({
      code: 'ERR_PERMISSION',
      place: 'pigpio',
      remedy: 'Run it as root (sudo), or use --driver gpiochip, which does not need it.',
    })
  })

  it('knows the header only', async () => {
    await expect(driverOn(new FakePigpio()).open({ clock, chip: '/dev/gpiochip1' })).rejects.toMatchObject({
      code: 'ERR_UNKNOWN_CHIP',
      place: '/dev/gpiochip1',
    })
  })

  it('starts the library without its socket and its pipe', async () => {
    const { fake } = await openOn()
    expect(fake.calls).toEqual(['configureInterfaces 3', 'initialize'])
  })

  it('says what its boards can do before one is open', async () => {
    const { board } = await openOn()
    expect(driverOn(new FakePigpio()).capabilities).toEqual(board.capabilities)
  })
})

describe('a library that does not start', () => {
  it('because the daemon has it says how to end that, and can be opened afterwards', async () => {
    const fake = new FakePigpio()
    fake.failures.set('initialize', -1)
    const machine = { ...pi3, holder: () => ({ pid: 812, name: 'pigpiod' }) }
    await expect(driverOn(fake, { machine }).open({ clock })).rejects.toMatchObject({
      code: 'ERR_LINE_BUSY',
      place: 'pigpio',
      message: 'pigpio is held by pigpiod (process 812): it serves one at a time',
      remedy: expect.stringContaining('systemctl stop pigpiod'),
      details: { driver: 'pigpio', pid: 812, consumer: 'pigpiod' },
    })
    fake.failures.clear()
    const board = await driverOn(fake, { machine }).open({ clock })
    await board.close()
  })

  it('because a process of another name has it names that one', async () => {
    const fake = new FakePigpio()
    fake.failures.set('initialize', -1)
    const machine = { ...pi3, holder: () => ({ pid: 99, name: undefined }) }
    await expect(driverOn(fake, { machine }).open({ clock })).rejects.toMatchObject({
      code: 'ERR_LINE_BUSY',
      remedy: expect.stringContaining('kill 99'),
    })
  })

  it('because of a lock that was left says which file to take away, and tells nobody to end a process', async () => {
    const fake = new FakePigpio()
    fake.failures.set('initialize', -1)
    const machine = { ...pi3, staleLock: () => '/var/run/pigpio.pid' }
    await expect(driverOn(fake, { machine }).open({ clock })).rejects.toMatchObject({
      code: 'ERR_IO',
      place: '/var/run/pigpio.pid',
      remedy: expect.stringMatching(/^(?!.*kill).*sudo rm \/var\/run\/pigpio\.pid/),
    })
    fake.failures.clear()
    await (await driverOn(fake).open({ clock })).close()
  })

  it('for a reason that it does not tell says where to look', async () => {
    const fake = new FakePigpio()
    fake.failures.set('configureInterfaces', -26)
    await expect(driverOn(fake).open({ clock })).rejects.toMatchObject({
      code: 'ERR_IO',
      message: expect.stringContaining('pigpio error -26'),
      remedy: expect.stringContaining('pigpio printed'),
    })
  })

  it('gives the signals back, and closes what it asked the kernel', async () => {
    const fake = new FakePigpio()
    fake.failures.set('initialize', -1)
    const happened: string[] = []
    const driver = driverOn(fake, {
      signals: { keep: async () => false, giveBack: () => happened.push('signals') },
      inspect: async () => inspector(() => happened.push('inspector')),
    })
    await expect(driver.open({ clock })).rejects.toMatchObject({ code: 'ERR_IO' })
    expect(happened).toEqual(['signals', 'inspector'])
  })
})

describe('signals', () => {
  it('are given back when the library took them', async () => {
    let given = 0
    await openOn(new FakePigpio(), { signals: { keep: async () => false, giveBack: () => given++ } })
    expect(given).toBe(1)
  })

  it('are left alone when it took none', async () => {
    let given = 0
    await openOn(new FakePigpio(), { signals: { keep: async () => true, giveBack: () => given++ } })
    expect(given).toBe(0)
  })
})

describe('two boards in one process', () => {
  it('share the library, which ends with the last of them', async () => {
    const { fake, board } = await openOn()
    const second = await driverOn(fake).open({ clock })
    await board.close()
    expect([fake.calls.filter(call => call === 'initialize').length, fake.running]).toEqual([1, true])
    await second.close()
    expect(fake.running).toBe(false)
  })

  it('share the lines, of which each has one holder', async () => {
    const { fake, board } = await openOn()
    const second = await driverOn(fake).open({ clock })
    const handle = await board.request({ lines: [17], settings: output, consumer: 'valve' })
    await expect(second.request({ lines: [17], settings: output })).rejects.toMatchObject({
      code: 'ERR_LINE_BUSY',
      message: 'GPIO17 is held by "valve"',
    })
    handle.release()
    await second.request({ lines: [17], settings: output })
    await second.close()
  })

  it('open the library anew when both were closed', async () => {
    const { fake, board } = await openOn()
    await board.close()
    await board.close()
    await openOn(fake)
    expect(fake.calls).toEqual([
      'configureInterfaces 3',
      'initialize',
      'terminate',
      'configureInterfaces 3',
      'initialize',
    ])
  })
})

describe('a library that the program has started itself', () => {
  it('is used, and not terminated', async () => {
    const fake = new FakePigpio()
    fake.failures.set('configureInterfaces', -32)
    const { board } = await openOn(fake)
    await board.close()
    expect(fake.calls).toEqual([])
  })
})

describe('the end of the process', () => {
  it('is listened for while a board is open, with each signal that would end it', async () => {
    const count = () => ['SIGINT', 'SIGTERM', 'SIGHUP'].map(signal => process.listenerCount(signal))
    const before = count()
    const { board } = await openOn()
    expect(count()).toEqual(before.map(number => number + 1))
    await board.close()
    expect(count()).toEqual(before)
  })

  it('terminates the library when nobody closed the board, and not twice', async () => {
    const before = process.listeners('exit')
    const { fake, board } = await openOn()
    await board.request({ lines: [17], settings: output })
    const [atExit] = process.listeners('exit').filter(listener => !before.includes(listener))
    atExit?.(0)
    expect(fake.running).toBe(false)
    await board.close()
    expect([process.listeners('exit'), fake.calls.filter(call => call === 'terminate').length]).toEqual([before, 1])
  })
})

describe('a board of the pigpio driver', () => {
  it('asks the character device for names and holders, and lets it go when it is closed', async () => {
    const happened: string[] = []
    const { board } = await openOn(new FakePigpio(), {
      inspect: async () => inspector(() => happened.push('closed')),
    })
    expect([board.findLine('PUMP'), board.findLine('FAR'), board.lineInfo(23).consumer]).toEqual([
      23,
      undefined,
      'gpiomon',
    ])
    await board.close()
    expect(happened).toEqual(['closed'])
  })

  it('has the lines of the header under the name of its chip, and of no other chip', async () => {
    const { board } = await openOn()
    expect([board.findLine('gpiochip0:17'), board.findLine('gpiochip0:32')]).toEqual([17, undefined])
    expect(() => board.findLine('gpiochip1:3')).toThrow(
      expect.objectContaining({
        code: 'ERR_UNKNOWN_CHIP',
        place: 'gpiochip1',
        remedy: expect.stringContaining('--driver gpiochip'),
      }),
    )
  })

  it.each([
    ['the character device', { inspect: async () => inspector(undefined, '/dev/gpiochip2') }],
    ['sysfs', { machine: { ...pi3, header: () => '/dev/gpiochip2' } }],
  ])('has the header under whatever number %s says that it has', async (_, options) => {
    const { board, fake } = await openOn(new FakePigpio(), options)
    expect(board.findLine('gpiochip2:17')).toBe(17)
    expect(() => board.findLine('gpiochip0:17')).toThrow(expect.objectContaining({ code: 'ERR_UNKNOWN_CHIP' }))
    const named = (chip: string) => driverOn(fake, options).open({ clock, chip })
    await (await named('/dev/gpiochip2')).close()
    await (await named('gpiochip2')).close()
    await expect(named('/dev/gpiochip0')).rejects.toMatchObject({ code: 'ERR_UNKNOWN_CHIP', place: '/dev/gpiochip0' })
  })

  it('that cannot be made leaves the library to nobody', async () => {
    const fake = new FakePigpio()
    const broken = {
      getTick: () => 0,
      ...clock,
      kind: 'system',
      now: () => {
        throw new RangeError('no time')
      },
    }
    const happened: string[] = []
    const inspect = async () => inspector(() => happened.push('closed'))
    await expect(driverOn(fake, { inspect }).open({ clock: broken as never })).rejects.toThrow('no time')
    expect([fake.running, happened]).toEqual([false, ['closed']])
    await (await driverOn(fake).open({ clock })).close()
    expect(fake.running).toBe(false)
  })

  it('refuses a line that the kernel has given to a program, because both would drive it', async () => {
    const { board, fake } = await openOn(new FakePigpio(), { inspect: async () => inspector() })
    await expect(board.request({ lines: [23], settings: output })).rejects.toMatchObject({
      code: 'ERR_LINE_BUSY',
      message: 'GPIO23 is held by "gpiomon"',
      remedy: expect.stringContaining('fuser -v /dev/gpiochip0'),
    })
    expect(fake.calls).not.toContain('23 digitalWrite 0')
  })

  it('knows without the character device what this process holds', async () => {
    const { board } = await openOn()
    await board.request({ lines: [4], settings: { direction: 'input' }, consumer: 'button' })
    expect(board.lineInfo(4)).toEqual({ line: 4, name: undefined, used: true, consumer: 'button', direction: 'input' })
    expect(board.lineInfo(5)).toMatchObject({ used: false, consumer: undefined })
    expect(board.findLine('PUMP')).toBeUndefined()
  })

  it('takes nothing any more when it is closed', async () => {
    const { board } = await openOn()
    await board.close()
    await expect(board.request({ lines: [4], settings: output })).rejects.toMatchObject({ code: 'ERR_CLOSED' })
    expect(() => board.lineInfo(4)).toThrow(expect.objectContaining({ code: 'ERR_CLOSED' }))
  })

  it('has the time of the ticks, and of the clock when it is closed', async () => {
    const { board, fake, clock } = await openOn()
    fake.tick = 5
    clock.time = 7000
    expect(board.now()).toBe(5000)
    await board.close()
    expect(board.now()).toBe(7000)
  })
})

function inspector(closed: () => void = () => undefined, path = '/dev/gpiochip0'): ChipInspector {
  return {
    path,
    findLine: name => ({ PUMP: 23, FAR: 40 })[name],
    lineInfo: line => ({
      line,
      name: undefined,
      used: line === 23,
      consumer: line === 23 ? 'gpiomon' : undefined,
      direction: undefined,
    }),
    close: closed,
  }
}
