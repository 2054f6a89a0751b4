/** `pi-worker install-service FILE`: writes a systemd unit that runs a plan, after showing it. */

import { accessSync, constants, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { codeOf, PiWorkerError } from '../errors.js'
import { peripherals } from '../peripherals/index.js'
import { checkPlan } from '../plan/check.js'
import { readPlanSource } from '../plan/source.js'
import { parseDuration } from '../worker/duration.js'
import { exit } from './exit.js'
import type { Session } from './program.js'
import { serviceUnit } from './service-unit.js'

/** What `install-service` was asked for. */
export interface ServiceFlags {
  readonly driver?: string
  readonly chip?: string
  readonly name?: string
  readonly as?: string
  readonly restart: 'on-failure' | 'always' | 'no'
  readonly watchdog: string
  readonly user?: true
  readonly print?: true
  readonly force?: true
}

/** Where this machine has what the command looks at; tests have their own. */
export interface ServiceWorld {
  readonly systemUnits: string
  readonly userUnits: string
  readonly groupFile: string
  readonly userName: () => string
}

const THIS_WORLD: ServiceWorld = {
  systemUnits: '/etc/systemd/system',
  userUnits: join(homedir(), '.config/systemd/user'),
  groupFile: '/etc/group',
  userName: () => process.env.SUDO_USER ?? userInfo().username,
}

/** Groups that own devices of benches on Raspberry Pi OS. */
const GROUPS = ['gpio', 'i2c', 'spi']
const NAME = /^[A-Za-z0-9:_.@-]{1,200}$/

/**
 * @throws what is wrong with the plan; ERR_USAGE for a name or a duration that systemd does not take; ERR_PERMISSION,
 *   ERR_FILE when the unit cannot be written
 */
export async function installServiceCommand(
  { out, err }: Session,
  path: string,
  flags: ServiceFlags,
  world: ServiceWorld = THIS_WORLD,
): Promise<number> {
  const file = resolve(path)
  // What simulation reads need not be there: a service runs real hardware.
  const plan = checkPlan(await readPlanSource(path), peripherals, { files: flags.driver === 'mock' })
  const name = flags.name ?? `pi-worker-${slug(plan.name)}`
  if (!NAME.test(name)) {
    const remedy = 'Use letters, digits and : _ . @ -, such as --name greenhouse.'
    throw new PiWorkerError('ERR_USAGE', `"${name}" is no name for a unit`, { place: '--name', remedy })
  }
  const unit = serviceUnit({
    name,
    title: plan.name,
    file,
    folder: dirname(file),
    command: [process.execPath, fileURLToPath(new URL('./main.js', import.meta.url))],
    flags: runFlags(flags),
    user: flags.user ? undefined : (flags.as ?? usualUser(flags, world)),
    groups: groupsIn(world.groupFile),
    restart: flags.restart,
    watchdogSec: watchdogSeconds(flags.watchdog),
  })
  const target = join(flags.user ? world.userUnits : world.systemUnits, `${name}.service`)
  if (flags.print) {
    out.write(unit)
    return exit.succeeded
  }
  err.write(`${target}:\n\n${unit}\n`)
  write(target, unit, flags.force === true)
  const manager = flags.user ? 'systemctl --user' : 'sudo systemctl'
  out.write(`written: ${target}\nstart it, now and at every boot:\n  ${manager} daemon-reload\n`)
  out.write(`  ${manager} enable --now ${name}\nsee what it does:\n  ${manager.replace('sudo ', '')} status ${name}\n`)
  out.write(`  journalctl ${flags.user ? '--user ' : ''}-u ${name} -f\n`)
  return exit.succeeded
}

/** pigpio reaches the registers of the chip, which only root may. */
function usualUser({ driver }: ServiceFlags, world: ServiceWorld): string {
  return driver === 'pigpio' ? 'root' : world.userName()
}

function runFlags({ driver, chip }: ServiceFlags): string[] {
  return [...(driver === undefined ? [] : ['--driver', driver]), ...(chip === undefined ? [] : ['--chip', chip])]
}

/** @throws ERR_USAGE */
function watchdogSeconds(written: string): number {
  const seconds = parseDuration(written, '--watchdog') / 1000
  // The runner answers by starting a small program: below this it would do little else.
  if (seconds >= 5) return seconds
  throw new PiWorkerError('ERR_USAGE', `a watchdog of ${written} is too short`, {
    place: '--watchdog',
    remedy: 'Give 5s or more. Outputs are made safe long before: the guardian does that within its lease.',
  })
}

/** Of the groups that may matter, those that this machine has. */
function groupsIn(path: string): string[] {
  const known = readFileSync(path, 'utf8').split('\n')
  return GROUPS.filter(group => known.some(line => line.startsWith(`${group}:`)))
}

function slug(name: string): string {
  return (
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 60) || 'plan'
  )
}

/** @throws ERR_PERMISSION, ERR_FILE */
function write(target: string, unit: string, force: boolean): void {
  if (!force && existsSync(target) && readFileSync(target, 'utf8') !== unit) {
    const remedy = 'Look at it, then use --force to replace it, or --name for another one.'
    throw new PiWorkerError('ERR_FILE', `${target} is there already, and is another one`, { place: target, remedy })
  }
  try {
    mkdirSync(dirname(target), { recursive: true })
    accessSync(dirname(target), constants.W_OK)
    writeFileSync(target, unit)
  } catch (cause) {
    const code = codeOf(cause)
    if (code === 'EACCES' || code === 'EPERM') {
      throw new PiWorkerError('ERR_PERMISSION', `${target} cannot be written by this user`, {
        place: target,
        remedy: 'Run it with sudo, or with --user for a service of your own that needs no root.',
        cause,
      })
    }
    const remedy = 'Look at the disk, or print the unit with --print and put it where you need it.'
    throw new PiWorkerError('ERR_FILE', `${target} cannot be written: ${code}`, { place: target, remedy, cause })
  }
}
