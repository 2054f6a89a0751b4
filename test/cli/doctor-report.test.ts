import { describe, expect, it } from 'vitest'
import { doctorCommand } from '../../src/cli/doctor.js'
import { LAPTOP, PI_4 } from '../drivers/machine/trees.js'
import { NO_CHIP, NO_SYSFS, TestWorld } from './line-world.js'

describe('what the doctor prints', () => {
  it('is a column each for state, name and finding, with the command on a line of its own', async () => {
    const there = new TestWorld({ tree: { ...PI_4, 'sys/class/gpio/gpio529/direction': 'out\n' } })
    await doctorCommand(there.session, {}, there)
    expect(there.stdout).toMatch(/^ok {7}board {6}Raspberry Pi 4 Model B Rev 1\.4, revision c03114\n/)
    expect(there.stdout).toContain(
      'warning  exports    GPIO17 (sysfs number 529) is exported (output), and no program is seen to use it\n' +
        '                    mend: echo 529 | sudo tee /sys/class/gpio/unexport\n' +
        '                    A program that was killed leaves its lines like that, and nobody else gets them.\n',
    )
    expect(there.stdout).toContain(
      'warning  rtc        there is no real-time clock: after a start without network, the times of records\n' +
        '                    are wrong\n' +
        '                    mend: sudo systemctl enable systemd-time-wait-sync\n' +
        '                    Services with After=time-sync.target then wait for NTP. Or add a clock, with a\n' +
        '                    DS3231 on GPIO2 and GPIO3: echo dtoverlay=i2c-rtc,ds3231 | sudo tee -a\n' +
        '                    /boot/firmware/config.txt\n',
    )
    expect(there.stdout).toMatch(/\n\n2 warnings\. gpiochip can be used: pi-worker run plan\.yaml\n$/)
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
