/** The real SPI bus on a stand-in for its package. */

import { describe, expect, it } from 'vitest'
import { openSpi, type SpiOptions } from '../../../drivers/buses/spi.js'
import type { SpiPackage } from '../../../drivers/buses/spi-package.js'
import { ManualClock } from '../../mocks/setup.js'
import { FakeSpi } from './fake-spi.js'
import { Gate, pass, refusal } from './setup.js'
import { describeSpi } from './spi-suite.js'

const DEV = ['null', 'spidev0.0', 'spidev0.1', 'spidev10.0']
const BYTES = Uint8Array.of(1)

async function openOn(fake: FakeSpi, options: Partial<SpiOptions> = {}) {
  const clock = new ManualClock()
  const files = { list: async () => DEV }
  const bus = await openSpi({ clock, files, load: async () => fake, platform: 'linux', ...options })
  return { bus, clock }
}

describeSpi('the real SPI bus', async () => {
  const fake = new FakeSpi()
  const { bus, clock } = await openOn(fake)
  return {
    bus,
    attach: (cs, device) => void fake.devices.set(cs, device),
    detach: cs => void fake.devices.delete(cs),
    hang: () => {
      fake.gate = new Gate()
    },
    recover: () => {
      fake.gate?.open()
      fake.gate = undefined
    },
    expire: () => pass(clock, 5e9),
  }
})

describe('the real SPI bus', () => {
  it('that the system does not have is ERR_DRIVER_MISSING, with the command that turns it on', async () => {
    expect(await refusal(openOn(new FakeSpi(), { bus: 1 }))).toMatchObject({
      code: 'ERR_DRIVER_MISSING',
      message: 'there is no /dev/spidev1.0',
      remedy: expect.stringContaining('sudo raspi-config nonint do_spi 0'),
    })
  })

  it('opens a chip select when it is first used, changes its mode in place, and closes all', async () => {
    const fake = new FakeSpi()
    const { bus } = await openOn(fake)
    expect(fake.calls).toEqual([])
    await bus.transfer(BYTES, { cs: 0 })
    await bus.transfer(BYTES, { cs: 0, mode: 3 })
    await bus.transfer(BYTES, { cs: 1, mode: 3 })
    await bus.transfer(BYTES, { cs: 0, mode: 3 })
    await bus.close()
    expect(fake.calls).toEqual(['open 0 mode 0', 'mode 3', 'open 1 mode 3', 'close 0', 'close 1'])
  })

  it('sends nothing any more when opening took too long', async () => {
    const fake = new FakeSpi()
    const sent: unknown[] = []
    fake.devices.set(0, bytes => {
      sent.push(bytes)
      return bytes
    })
    const gate = new Gate()
    const slow: SpiPackage = {
      open: (bus, cs, options, done) => fake.open(bus, cs, options, error => void gate.wait().then(() => done(error))),
    }
    const { bus, clock } = await openOn(fake, { load: async () => slow })
    const stuck = refusal(bus.transfer(BYTES, { cs: 0 }))
    await pass(clock, 5e9)
    expect(await stuck).toMatchObject({ code: 'ERR_BUS_HUNG' })
    gate.open()
    await bus.settle()
    expect(sent).toEqual([])
    expect(fake.calls).toEqual(['open 0 mode 0', 'close 0'])
    expect(await bus.transfer(BYTES, { cs: 0 })).toEqual(BYTES)
  })

  it.each([
    ['EACCES', 'ERR_PERMISSION', /group spi/],
    ['ENOENT', 'ERR_DRIVER_MISSING', /do_spi 0/],
    ['EINVAL', 'ERR_UNSUPPORTED', /8 bits/],
    ['EMSGSIZE', 'ERR_UNSUPPORTED', /bufsiz/],
    ['ETIMEDOUT', 'ERR_BUS_HUNG', /queue/],
    ['EPIPE', 'ERR_IO', /dmesg/],
  ])('%s of the kernel is %s, and the next transfer works', async (errno, code, remedy) => {
    const fake = new FakeSpi()
    const { bus } = await openOn(fake)
    fake.failures.push(errno)
    expect(await refusal(bus.transfer(BYTES, { cs: 0 }))).toMatchObject({ code, remedy: expect.stringMatching(remedy) })
    expect(await bus.transfer(BYTES, { cs: 0 })).toEqual(Uint8Array.of(255))
  })
})
