import { describe, expect, it } from 'vitest'
import { overlayOf } from '../../../drivers/machine/system.js'
import { machineOf, PI_4, PI_5, type Tree } from './trees.js'

const { 'run/systemd/timesync/synchronized': _, ...UNSYNCED } = PI_4

describe('the system', () => {
  it('has its real-time clock, if there is one', async () => {
    expect((await machineOf(PI_4).system()).rtc).toBeUndefined()
    expect((await machineOf(PI_5).system()).rtc).toBe('/dev/rtc0')
  })

  it('follows NTP when systemd-timesyncd says so in a file, and nobody is asked', async () => {
    const ask = (): never => {
      throw new RangeError('asked')
    }
    expect((await machineOf(PI_4, { askTimeSync: ask }).system()).timeSynced).toBe(true)
  })

  it.each([
    ['yes', true],
    ['no', false],
    [undefined, undefined],
  ])('follows NTP as systemd answers: %s', async (answer, synced) => {
    expect((await machineOf(UNSYNCED, { askTimeSync: async () => answer }).system()).timeSynced).toBe(synced)
  })

  it('asks this machine when it is not told whom to ask', async () => {
    const { timeSynced } = await machineOf(UNSYNCED, { askTimeSync: undefined }).system()
    expect([true, false, undefined]).toContain(timeSynced)
  })

  it('has pigpiod when a process of that name runs', async () => {
    expect((await machineOf(PI_4).system()).pigpiod).toBeUndefined()
    expect((await machineOf({ ...PI_4, 'proc/412/comm': 'pigpiod\n' }).system()).pigpiod).toBe(412)
  })

  it('has the buses that are turned on', async () => {
    expect((await machineOf(PI_4).system()).buses).toEqual(['/dev/i2c-1', '/dev/spidev0.0'])
  })

  it('has the overlays of config.txt, in either of its places', async () => {
    expect((await machineOf(PI_4).system()).config).toEqual({
      path: '/boot/firmware/config.txt',
      overlays: ['w1-gpio,gpiopin=4'],
    })
    const older: Tree = { 'boot/config.txt': '#dtoverlay=no\ndtoverlay=dht11\n' }
    expect((await machineOf(older).system()).config).toEqual({ path: '/boot/config.txt', overlays: ['dht11'] })
    expect((await machineOf({}).system()).config).toBeUndefined()
  })
})

describe('the overlay of a line', () => {
  const config = { path: 'x', overlays: ['w1-gpio,gpiopin=17', 'dht11', 'gpio-shutdown,gpio_pin=3'] }

  it.each([
    [17, 'onewire@11', 'w1-gpio,gpiopin=17'],
    [4, 'dht11@4', 'dht11'],
    [3, 'shutdown_button', 'gpio-shutdown,gpio_pin=3'],
    [4, 'onewire@4', undefined],
    [17, 'gpiomon', undefined],
    [22, 'dht11@16', undefined],
  ])('of GPIO%i held by %s is %s', (line, consumer, overlay) => {
    expect(overlayOf(config, line, consumer)).toBe(overlay)
  })

  it('is none where there is no config.txt', () => {
    expect(overlayOf(undefined, 4, 'onewire@4')).toBeUndefined()
  })
})
