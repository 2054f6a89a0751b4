import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { installServiceCommand, type ServiceFlags, type ServiceWorld } from '../../src/cli/install-service.js'
import { Output } from '../../src/cli/io.js'
import { serviceUnit } from '../../src/cli/service-unit.js'
import { failureOf } from '../bench/setup.js'
import { FakeIo, planFile, runMain, tempFile, tempFolder } from './setup.js'

const FLAGS: ServiceFlags = { restart: 'on-failure', watchdog: '30s' }

function world(): ServiceWorld {
  const folder = tempFolder()
  const groupFile = join(folder, 'group')
  writeFileSync(groupFile, 'root:x:0:\ngpio:x:986:pi\ni2c:x:994:pi\nspice:x:7:\n')
  return {
    systemUnits: join(folder, 'system'),
    userUnits: join(folder, 'user'),
    groupFile,
    userName: () => 'pi',
  }
}

async function install(file: string, flags: Partial<ServiceFlags> = {}, here = world()) {
  const io = new FakeIo({})
  const session = { io, out: new Output(io.stdout, io.env), err: new Output(io.stderr, io.env) }
  const code = await installServiceCommand(session, file, { ...FLAGS, ...flags }, here)
  return { code, here, stdout: io.stdout.text, stderr: io.stderr.text }
}

/** The settings of a unit. */
function settingsOf(unit: string): Map<string, string> {
  const lines = unit.split('\n').filter(line => /^[A-Z]\w*=/.test(line))
  return new Map(lines.map(line => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]))
}

describe('pi-worker install-service', () => {
  it('shows the unit, writes it, and says how to start it', async () => {
    const { code, here, stdout, stderr } = await install(planFile('- pump.on'), { name: 'greenhouse' })
    const target = join(here.systemUnits, 'greenhouse.service')
    expect(code).toBe(0)
    expect(stderr).toBe(`${target}:\n\n${readFileSync(target, 'utf8')}\n`)
    expect(stdout).toBe(`written: ${target}
start it, now and at every boot:
  sudo systemctl daemon-reload
  sudo systemctl enable --now greenhouse
see what it does:
  systemctl status greenhouse
  journalctl -u greenhouse -f
`)
  })

  it('lets the guardian outlive the runner, watches the runner, and gives it the groups of the machine', async () => {
    const file = planFile('- pump.on')
    const settings = settingsOf((await install(file, { print: true, driver: 'gpiochip' })).stdout)
    expect(Object.fromEntries(settings)).toMatchObject({
      Type: 'notify',
      NotifyAccess: 'all',
      WatchdogSec: '30',
      Restart: 'on-failure',
      KillMode: 'process',
      OOMPolicy: 'continue',
      User: 'pi',
      SupplementaryGroups: 'gpio i2c',
      WorkingDirectory: dirname(file),
      ReadWritePaths: `/tmp ${dirname(file)}`,
    })
    expect(settings.get('ExecStart')).toMatch(
      new RegExp(`^${process.execPath} .*/main\\.js run ${file} --driver gpiochip$`),
    )
  })

  it('leaves /sys and /dev open, where lines, PWM channels and buses are', async () => {
    const { stdout } = await install(planFile('- pump.on'), { print: true })
    expect(stdout).not.toMatch(/ProtectKernelTunables|PrivateDevices|DevicePolicy|ReadOnlyPaths/)
  })

  it('runs pigpio as root, which it needs, and lets it write its /run/pigpio.pid', async () => {
    const file = planFile('- pump.on')
    const settings = settingsOf((await install(file, { print: true, driver: 'pigpio' })).stdout)
    expect([settings.get('User'), settings.get('ReadWritePaths')]).toEqual(['root', `/tmp /run ${dirname(file)}`])
  })

  it('lets a run as root write it too, which may take pigpio by itself', async () => {
    const file = planFile('- pump.on')
    const settings = settingsOf((await install(file, { print: true, as: 'root' })).stdout)
    expect(settings.get('ReadWritePaths')).toBe(`/tmp /run ${dirname(file)}`)
  })

  it('is not started again by itself when its plan is bad, its lines are not safe, or it was stopped', async () => {
    const { stdout } = await install(planFile('- pump.on'), { print: true })
    expect(settingsOf(stdout).get('RestartPreventExitStatus')).toBe('2 3 4 5')
  })

  it("asks a user's own manager for nothing that it cannot do", async () => {
    const { here, stdout } = await install(planFile('- pump.on'), { user: true, name: 'mine' })
    const unit = readFileSync(join(here.userUnits, 'mine.service'), 'utf8')
    expect(unit).not.toMatch(/User=|SupplementaryGroups|ProtectKernel|ProtectHostname/)
    expect(unit).toContain('WantedBy=default.target')
    expect(stdout).toContain('  systemctl --user enable --now mine\n')
  })

  it('prints and writes nothing with --print', async () => {
    const { here, stdout } = await install(planFile('- pump.on'), { print: true })
    expect(stdout).toMatch(/^# Made by: pi-worker install-service/)
    expect(existsSync(here.systemUnits)).toBe(false)
  })

  it('names the unit after the plan', async () => {
    const file = tempFile('name: Dose, until full!\nbench: { pump: { type: output, line: 17 } }\nplan: [ pump.on ]')
    expect((await install(file)).stdout).toContain('/pi-worker-dose-until-full.service')
  })

  it('writes the same unit again, and replaces another one only when told', async () => {
    const file = planFile('- pump.on')
    const { here } = await install(file, { name: 'x' })
    await install(file, { name: 'x' }, here)
    const changed = { name: 'x', watchdog: '1m' }
    expect(await failureOf(install(file, changed, here))).toMatchObject({ code: 'ERR_FILE', remedy: /--force/ })
    await install(file, { ...changed, force: true }, here)
    expect(readFileSync(join(here.systemUnits, 'x.service'), 'utf8')).toContain('WatchdogSec=60\n')
  })

  it.each([
    ['a name that systemd does not take', { name: 'a b' }, 'ERR_USAGE'],
    ['a watchdog that is too short', { watchdog: '1s' }, 'ERR_USAGE'],
    ['a watchdog that is no duration', { watchdog: 'soon' }, 'ERR_BAD_DURATION'],
  ])('refuses %s, and writes nothing', async (_what, flags, code) => {
    const here = world()
    expect(await failureOf(install(planFile('- pump.on'), flags, here))).toMatchObject({
      code,
      place: `--${Object.keys(flags)[0]}`,
    })
    expect(existsSync(here.systemUnits)).toBe(false)
  })

  it('refuses a plan that is wrong as check does', async () => {
    const { code, stderr } = await runMain(['install-service', planFile('- pmup.on'), '--print'])
    expect([code, stderr.split('\n')[0]]).toEqual([
      2,
      'error ERR_UNKNOWN_PERIPHERAL: no peripheral "pmup"; did you mean "pump"?',
    ])
  })

  it('says what to do where it may not write', async () => {
    const here = world()
    writeFileSync(here.systemUnits, 'a file where the folder should be')
    expect(await failureOf(install(planFile('- pump.on'), {}, here))).toMatchObject({
      code: 'ERR_FILE',
      remedy: /--print/,
    })
  })
})

describe('a unit', () => {
  const facts = {
    name: 'x',
    title: '50 % "off"\nKillMode=control-group',
    file: '/home/pi/my plans/100%/a$b.yaml',
    folder: '/home/pi/my plans/100%',
    command: ['/usr/bin/node', '/opt/pi worker/main.js'],
    flags: [],
    user: 'pi',
    groups: [],
    restart: 'always',
    watchdogSec: 30,
  } as const

  it('quotes what systemd would read otherwise: blanks, %, $', () => {
    const settings = settingsOf(serviceUnit(facts))
    expect(settings.get('ExecStart')).toBe(
      '/usr/bin/node "/opt/pi worker/main.js" run "/home/pi/my plans/100%%/a$$b.yaml"',
    )
    expect(settings.get('WorkingDirectory')).toBe('/home/pi/my plans/100%%')
  })

  it('has no setting from the name of a plan', () => {
    const settings = settingsOf(serviceUnit(facts))
    expect(settings.get('Description')).toBe('pi-worker: 50 %% "off" KillMode=control-group')
    expect(settings.get('KillMode')).toBe('process')
  })
})
