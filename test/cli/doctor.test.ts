import { describe, expect, it } from 'vitest'
import { doctorCommand } from '../../src/cli/doctor.js'
import type { Check } from '../../src/cli/doctor-checks.js'
import { PiWorkerError } from '../../src/errors.js'
import { CONTAINER, LAPTOP, PI_4, PI_5, PI_ZERO, plant, type Tree } from '../drivers/machine/trees.js'
import { NO_CHIP, NO_SYSFS, TestWorld, type WorldOptions } from './line-world.js'
import { runMain } from './setup.js'

interface Report {
  readonly code: number
  readonly verdict: string
  readonly summary: string
  readonly checks: readonly (Check & { readonly follows: string | null })[]
  readonly world: TestWorld
}

async function doctor(options: WorldOptions = {}): Promise<Report> {
  const world = new TestWorld(options)
  const code = await doctorCommand(world.session, { json: true }, world)
  return { code, world, ...JSON.parse(world.stdout) }
}

function named({ checks }: Report, name: string): Check | undefined {
  return checks.find(check => check.name === name)
}

const RTC: Tree = { 'dev/rtc0': '' }
const NOTHING = { gpiochip: NO_CHIP, onoff: NO_SYSFS }

describe('doctor', () => {
  it('ends with 0 when all is well', async () => {
    const report = await doctor({ tree: { ...PI_4, ...RTC } })
    expect([report.code, report.verdict]).toEqual([0, 'ok'])
    expect(report.summary).toBe('gpiochip can be used: pi-worker run plan.yaml')
    expect(report.checks.filter(({ state }) => state !== 'ok')).toEqual([])
  })

  it('ends with 1 when there are warnings only', async () => {
    const report = await doctor({ tree: PI_4 })
    expect([report.code, report.verdict]).toEqual([1, 'warning'])
  })

  it('ends with 2 when there is a problem', async () => {
    const report = await doctor({ tree: LAPTOP, refusals: NOTHING })
    expect([report.code, report.verdict]).toEqual([2, 'problem'])
  })

  it('requests no line, closes every board, and never opens pigpio', async () => {
    const { world } = await doctor()
    expect([world.requested, world.opened, world.closed]).toEqual([[], ['gpiochip', 'onoff'], 2])
  })

  it('says which board, kernel, Node and chip these are', async () => {
    const report = await doctor({ tree: PI_5, board: { label: 'pinctrl-rp1', lineCount: 54 } })
    expect(['board', 'kernel', 'node', 'chip'].map(name => named(report, name)?.finding)).toEqual([
      'Raspberry Pi 5 Model B Rev 1.0, revision d04170',
      'Linux 6.12.34+rpt-rpi-2712 on aarch64',
      'Node v20.20.2 for arm64 (aarch64)',
      '/dev/gpiochip0 (pinctrl-rp1, 54 lines) has the header; in sysfs, BCM n is number 569 + n',
    ])
  })

  it('runs on this machine, whatever it is', async () => {
    const { code, stdout, stderr } = await runMain(['doctor'])
    expect([0, 1, 2]).toContain(code)
    expect(stderr).toBe('')
    expect(stdout).toContain('kernel')
  })
})

describe('doctor on a machine without lines', () => {
  it('names the mock driver on a laptop', async () => {
    const report = await doctor({ tree: LAPTOP, refusals: NOTHING })
    expect(named(report, 'board')).toMatchObject({ state: 'warning', finding: 'not a Raspberry Pi: LENOVO 21CB' })
    expect(named(report, 'board')?.advice).toContain('--driver mock')
    expect(named(report, 'chip')).toMatchObject({ state: 'problem', finding: expect.stringContaining('/dev/gpiochip') })
    expect(report.summary).toMatch(/^No driver of real lines can be used here.*--driver mock$/)
  })

  it('says how a container gets the chip', async () => {
    const report = await doctor({ tree: CONTAINER, refusals: NOTHING })
    expect(named(report, 'chip')?.advice).toContain('--device /dev/gpiochip0')
    expect(named(report, 'time')).toMatchObject({ state: 'ok', finding: expect.stringContaining('host') })
  })

  it('says that another system than Linux has none', async () => {
    const report = await doctor({ tree: {}, machine: { platform: 'darwin' }, refusals: NOTHING })
    expect(named(report, 'kernel')).toMatchObject({ state: 'problem', finding: expect.stringContaining('darwin') })
    expect(named(report, 'board')?.advice).toContain('--driver mock')
  })

  it('tells of chips that are not a header, and how one of them is named', async () => {
    const { 'sys/class/gpio/gpiochip512/label': _, ...tree } = PI_4
    const report = await doctor({ tree, refusals: NOTHING })
    expect(named(report, 'chip')?.finding).toContain('/dev/gpiochip1 (raspberrypi-exp-gpio)')
    expect(named(report, 'chip')?.advice).toContain('--chip /dev/gpiochip0')
  })
})

describe('doctor on what is missing', () => {
  it('gives the command that lets the user in', async () => {
    const closed = (): never => {
      throw Object.assign(new RangeError('EACCES'), { code: 'EACCES' })
    }
    const refused = new PiWorkerError('ERR_PERMISSION', 'pi may not open /dev/gpiochip0', {
      remedy: 'Join the group with: sudo usermod -aG gpio pi; then log in again.',
    })
    const user = { user: 'pi', groupIds: [], groupFile: '/nowhere' }
    const report = await doctor({
      tree: PI_4,
      machine: { checkAccess: closed, user },
      refusals: { gpiochip: refused, onoff: refused },
    })
    expect(named(report, 'access')).toMatchObject({
      state: 'problem',
      finding: expect.stringMatching(/^pi may not open/),
    })
    expect(named(report, 'gpiochip')).toMatchObject({
      state: 'problem',
      mend: 'sudo usermod -aG gpio pi',
      advice: 'Then log in again.',
      follows: null,
    })
    // What mends both is said once, and counted once.
    expect(named(report, 'onoff')).toMatchObject({ state: 'problem', mend: null, follows: 'gpiochip' })
  })

  it('counts a permission that is missing once, though three checks meet it', async () => {
    const closed = (): never => {
      throw Object.assign(new RangeError('EACCES'), { code: 'EACCES' })
    }
    const tree = { ...PI_4, ...RTC }
    const machine = { checkAccess: closed, user: { user: 'pi', groupIds: [], groupFile: '/nowhere' } }
    // What mends it depends on who owns the files of this test.
    const remedy = new TestWorld({ tree, machine }).machine.refusal('/dev/gpiochip0')?.remedy
    const refused = (path: string) => new PiWorkerError('ERR_PERMISSION', `pi may not open ${path}`, { remedy })
    const refusals = { gpiochip: refused('/dev/gpiochip0'), onoff: refused('/sys/class/gpio/export') }
    const report = await doctor({ tree, machine, refusals })
    expect(['access', 'gpiochip', 'onoff'].map(name => named(report, name))).toMatchObject([
      { state: 'problem', mend: expect.stringContaining('sudo'), follows: null },
      { state: 'problem', mend: null, follows: 'access' },
      { state: 'problem', mend: null, follows: 'access' },
    ])
    const world = new TestWorld({ tree, machine, refusals })
    await doctorCommand(world.session, {}, world)
    expect(world.stdout).toMatch(/^problem {2}access/m)
    expect(world.stdout).toMatch(/^follows {2}onoff/m)
    expect(world.stdout).toMatch(/\n\n1 problem\. /)
  })

  it('counts a machine without a chip once', async () => {
    const world = new TestWorld({ tree: LAPTOP, refusals: NOTHING })
    await doctorCommand(world.session, {}, world)
    expect(world.stdout).toMatch(/\n\n1 problem, \d+ warnings?\. /)
    const report = await doctor({ tree: LAPTOP, refusals: NOTHING })
    expect(['gpiochip', 'onoff'].map(name => named(report, name))).toMatchObject([
      { state: 'problem', follows: 'chip', advice: null },
      { state: 'problem', follows: 'chip', advice: null },
    ])
  })

  it('counts two permissions that are mended otherwise as two', async () => {
    const refused = (command: string) =>
      new PiWorkerError('ERR_PERMISSION', 'pi may not', { remedy: `Do it with: sudo ${command}; then log in again.` })
    const report = await doctor({ tree: PI_4, refusals: { gpiochip: refused('a'), onoff: refused('b') } })
    expect(named(report, 'onoff')).toMatchObject({ mend: 'sudo b', follows: null })
  })

  it('tells that --omit=optional left out koffi', async () => {
    const missing = new PiWorkerError('ERR_DRIVER_MISSING', 'the package koffi cannot be loaded', {
      details: { package: 'koffi' },
    })
    const report = await doctor({
      machine: { findPackage: name => (name === 'koffi' ? '/packages/koffi' : undefined) },
      refusals: { gpiochip: missing, onoff: NO_SYSFS },
    })
    expect(report.code).toBe(2)
    expect(named(report, 'gpiochip')).toMatchObject({
      state: 'problem',
      mend: 'npm install --include=optional',
      advice: '--omit=optional leaves it out.',
    })
    expect(named(report, 'packages')).toMatchObject({ state: 'warning', follows: 'gpiochip' })
    expect(named(report, 'packages')?.finding).toContain('koffi has no binary')
  })

  it('warns when the lesser driver has to serve', async () => {
    const report = await doctor({ refusals: { gpiochip: new PiWorkerError('ERR_IO', 'the chip is odd') } })
    expect(named(report, 'gpiochip')).toMatchObject({ state: 'warning', finding: 'cannot be used: the chip is odd' })
    expect(named(report, 'onoff')?.finding).toMatch(/^can be used, and --driver auto takes it/)
  })

  it('finds nothing wrong with ARMv6, where onoff serves', async () => {
    const refused = new PiWorkerError('ERR_UNSUPPORTED', 'the gpiochip driver needs ARMv7 or newer')
    const machine = { arch: 'arm', processor: 'armv6l' }
    const report = await doctor({ tree: { ...PI_ZERO, ...RTC }, machine, refusals: { gpiochip: refused } })
    expect(named(report, 'gpiochip')).toMatchObject({ state: 'ok' })
    expect(named(report, 'gpiochip')?.finding).toMatch(/needs ARMv7 or newer; onoff serves instead$/)
    expect(named(report, 'functions')).toMatchObject({ state: 'ok', advice: expect.stringContaining('pinctrl') })
    expect(report.summary).toBe('onoff can be used: pi-worker run plan.yaml')
  })

  it('does not miss onoff where gpiochip serves', async () => {
    const report = await doctor({ refusals: { onoff: NO_SYSFS } })
    expect(named(report, 'onoff')).toMatchObject({ state: 'ok', finding: expect.stringContaining('gpiochip serves') })
  })

  it.each([
    [
      'kernel',
      { ...PI_4, 'proc/sys/kernel/osrelease': '4.19.97-v7l+\n' },
      {},
      'sudo apt update && sudo apt full-upgrade',
    ],
    ['node', PI_4, { node: 'v18.20.4' }, null],
  ] as const)('refuses a %s that is too old', async (name, tree, machine, mend) => {
    expect(named(await doctor({ tree, machine }), name)).toMatchObject({ state: 'problem', mend })
  })

  describe('of what auto takes', () => {
    const refusals = { gpiochip: new PiWorkerError('ERR_UNSUPPORTED', 'the gpiochip driver needs ARMv7 or newer') }
    const tree = { ...PI_ZERO, 'packages/pigpio/build/Release/pigpio.node': '' }
    const look = async (machine: object, more: Tree = {}) => {
      const root = plant({ ...tree, ...more })
      const report = await doctor({
        tree: { ...tree, ...more },
        refusals,
        machine: { findPackage: (name: string) => `${root}/packages/${name}`, ...machine },
      })
      const findings = ['onoff', 'pigpio'].map(name => named(report, name)?.finding ?? '')
      return { findings: findings.join('\n'), summary: report.summary }
    }

    it('says that root gets pigpio, which comes before onoff', async () => {
      const { findings, summary } = await look({ uid: 0 })
      expect(findings).toMatch(/^can be used: .*\nis installed, and --driver auto takes it; it is not tried here/)
      expect(summary).toBe('pigpio can be used: pi-worker run plan.yaml')
    })

    it('says that another user gets onoff, and what root would get', async () => {
      const { findings, summary } = await look({ uid: 1000 })
      expect(findings).toMatch(
        /^can be used, and --driver auto takes it: .*\nis installed.* as root --driver auto takes it/,
      )
      expect(summary).toBe('onoff can be used: pi-worker run plan.yaml')
    })

    it('says that root gets onoff while pigpiod has the hardware', async () => {
      const { findings, summary } = await look({ uid: 0 }, { 'proc/412/comm': 'pigpiod\n' })
      expect(findings).toMatch(/^can be used, and --driver auto takes it: .*\nis installed, but pigpiod/)
      expect(summary).toMatch(/^onoff/)
    })
  })

  it('says whether pigpio could be used, without trying it', async () => {
    const there = { findPackage: (name: string) => `/packages/${name}` }
    expect(named(await doctor({ tree: PI_5, machine: there }), 'pigpio')?.finding).toContain('Pi 5')
    expect(named(await doctor(), 'pigpio')?.finding).toContain('not installed')
    expect(named(await doctor({ machine: there }), 'pigpio')?.finding).toContain('not compiled')
  })
})

describe('doctor on lines', () => {
  const left: Tree = {
    'sys/class/gpio/gpio529/direction': 'out\n',
    'sys/class/gpio/gpio529/value': '1\n',
    'sys/class/gpio/gpio529/active_low': '0\n',
  }

  it('finds a line that a killed process left exported, and the command that lets it go', async () => {
    expect(named(await doctor({ tree: { ...PI_4, ...left } }), 'exports')).toEqual({
      name: 'exports',
      state: 'warning',
      finding: 'GPIO17 (sysfs number 529) is exported (output, high), and no program is seen to use it',
      mend: 'echo 529 | sudo tee /sys/class/gpio/unexport',
      advice: 'A program that was killed leaves its lines like that, and nobody else gets them.',
      follows: null,
    })
  })

  it('has nothing against an exported line that a program uses', async () => {
    const used = {
      'proc/77/comm': 'node\n',
      'proc/77/fd/21': { link: '/sys/devices/platform/soc/gpio/gpio529/value' },
    }
    expect(named(await doctor({ tree: { ...PI_4, ...left, ...used } }), 'exports')).toMatchObject({
      state: 'ok',
      finding: expect.stringContaining('used by node (77)'),
    })
  })

  it('does not call a line left over when the files of other users cannot be seen', async () => {
    // A file where the folder should be: it is there, and cannot be looked into.
    const other = { 'proc/1/comm': 'systemd\n', 'proc/1/fd': '' }
    expect(named(await doctor({ tree: { ...PI_4, ...left, ...other } }), 'exports')).toEqual({
      name: 'exports',
      state: 'warning',
      finding:
        'GPIO17 (sysfs number 529) is exported (output, high); ' +
        'whether a program of another user has it cannot be seen',
      mend: null,
      advice: 'Root sees it: sudo pi-worker doctor',
      follows: null,
    })
  })

  it('does not say that nobody holds a line where nothing can be known', async () => {
    const info = Object.fromEntries(Array.from({ length: 28 }, (_, line) => [line, { direction: undefined }]))
    const refused = new PiWorkerError('ERR_UNSUPPORTED', 'the gpiochip driver needs ARMv7 or newer')
    const report = await doctor({ info, refusals: { gpiochip: refused } })
    expect(named(report, 'lines')?.finding).toBe(
      'who holds lines of the header is not known: driver onoff cannot see it here',
    )
    expect(named(await doctor(), 'lines')?.finding).toBe('no line of the header is held')
  })

  it('tells who holds lines, and the overlay that it comes from', async () => {
    const info = {
      4: { used: true, consumer: 'onewire@4' },
      17: { used: true, consumer: 'gpiomon' },
      22: { used: true, consumer: undefined },
    }
    expect(named(await doctor({ info }), 'lines')?.finding).toBe(
      'held: GPIO4 by "onewire@4" (dtoverlay=w1-gpio,gpiopin=4 in /boot/firmware/config.txt), ' +
        'GPIO17 by "gpiomon", GPIO22 by the kernel',
    )
  })

  it('tells which lines serve other hardware', async () => {
    expect(named(await doctor(), 'functions')?.finding).toBe(
      'serving: GPIO2 SDA1, GPIO3 SCL1, GPIO14 TXD1, GPIO15 RXD1',
    )
  })

  it('warns when it cannot know what lines serve', async () => {
    const { 'dev/gpiomem': _, ...tree } = PI_4
    expect(named(await doctor({ tree }), 'functions')).toMatchObject({
      state: 'warning',
      finding: expect.stringContaining('no /dev/gpiomem'),
    })
  })

  it('says what an output does when its program ends', async () => {
    expect(named(await doctor({ tree: PI_4 }), 'release')?.finding).toMatch(/^an output keeps its level/)
    expect(named(await doctor({ tree: PI_ZERO }), 'release')?.finding).toMatch(/^an output becomes an input/)
  })
})

describe('doctor on the system', () => {
  it('misses a real-time clock, and advises on one, which this Pi may not have', async () => {
    expect(named(await doctor({ tree: PI_4 }), 'rtc')).toMatchObject({
      state: 'warning',
      mend: 'sudo systemctl enable systemd-time-wait-sync',
      advice:
        'Services with After=time-sync.target then wait for NTP. Or add a clock, with a DS3231 on GPIO2 and GPIO3: ' +
        'echo dtoverlay=i2c-rtc,ds3231 | sudo tee -a /boot/firmware/config.txt',
    })
    expect(named(await doctor({ tree: PI_5 }), 'rtc')).toMatchObject({ state: 'ok' })
  })

  it.each([
    ['no', 'sudo timedatectl set-ntp true', /do not come from this clock/],
    [undefined, 'sudo timedatectl set-ntp true', /^Where no daemon sets the clock.*systemd-timesyncd$/],
  ])('misses NTP when systemd answers %s', async (answer, mend, advice) => {
    const { 'run/systemd/timesync/synchronized': _, ...tree } = PI_4
    const report = await doctor({ tree, machine: { askTimeSync: async () => answer } })
    expect(named(report, 'time')).toMatchObject({ state: 'warning', mend, advice: expect.stringMatching(advice) })
  })

  it('warns of pigpiod', async () => {
    expect(named(await doctor({ tree: { ...PI_4, 'proc/412/comm': 'pigpiod\n' } }), 'pigpiod')).toMatchObject({
      state: 'warning',
      mend: 'sudo systemctl disable --now pigpiod',
    })
  })

  it('says which buses are on, and how the others are turned on', async () => {
    expect(named(await doctor({ tree: PI_4 }), 'buses')?.finding).toBe('/dev/i2c-1, /dev/spidev0.0')
    expect(named(await doctor({ tree: PI_ZERO }), 'buses')?.finding).toContain('do_i2c 0')
  })
})
