import { describe, expect, it } from 'vitest'
import { doctorCommand } from '../../src/cli/doctor.js'
import { LAPTOP, PI_4 } from '../drivers/machine/trees.js'
import { NO_CHIP, NO_SYSFS, TestWorld } from './line-world.js'

describe('what the doctor prints', () => {
  it('is a column each for state, name and finding, with the command on a line of its own', async () => {
    const there = new TestWorld({ tree: PI_4 })
    await doctorCommand(there.session, {}, there)
    expect(there.stdout).toMatch(/^ok {7}board {6}Raspberry Pi 4 Model B Rev 1\.4, revision c03114\n/)
    expect(there.stdout).toContain(
      'warning  rtc        there is no real-time clock: after a start without network, the times of records\n' +
        '                    are wrong\n' +
        "                    mend: echo 'dtoverlay=i2c-rtc,ds3231' | sudo tee -a /boot/firmware/config.txt\n" +
        '                    That is for a DS3231 on GPIO2 and GPIO3; then restart.\n',
    )
    expect(there.stdout).toMatch(/\n\n1 warning\. gpiochip can be used: pi-worker run plan\.yaml\n$/)
  })

  it('has no line that is wider than the terminal, but for commands', async () => {
    const there = new TestWorld({ tree: LAPTOP, refusals: { gpiochip: NO_CHIP, onoff: NO_SYSFS } })
    Object.defineProperty(there.io.stdout, 'columns', { value: 60 })
    await doctorCommand(there.session, {}, there)
    const wide = there.stdout.split('\n').filter(line => line.length > 60 && !line.includes('mend:'))
    expect(wide).toEqual([])
  })

  it('is the same text with and without colour', async () => {
    const [plain, colored] = [new TestWorld(), new TestWorld({ terminal: true })]
    for (const there of [plain, colored]) await doctorCommand(there.session, {}, there)
    const escapes = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g')
    expect(colored.stdout).not.toBe(plain.stdout)
    expect(colored.stdout.replaceAll(escapes, '')).toBe(plain.stdout)
  })
})
