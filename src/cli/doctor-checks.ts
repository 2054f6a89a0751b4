/** What the doctor looks at: one check for each thing that a job on real lines depends on. */

import type { Board, DriverName } from '../../drivers/driver.js'
import type { LineFunctions } from '../../drivers/machine/functions.js'
import type { Machine } from '../../drivers/machine/machine.js'
import type { SystemFacts } from '../../drivers/machine/system.js'
import type { PiWorkerError } from '../errors.js'

export interface Check {
  readonly name: string
  readonly state: 'ok' | 'warning' | 'problem'
  readonly finding: string
  /** The command that mends it, to be copied as it is. */
  readonly mend?: string | undefined
  /** What else to do or to know, as sentences. */
  readonly advice?: string | undefined
  /** What it comes from, when other checks may find the same: they are counted as one. */
  readonly cause?: string | undefined
}

/** A driver that was tried: the board that it opened, or why it did not. */
export interface Probe {
  readonly driver: DriverName
  readonly board: Board | undefined
  readonly error: PiWorkerError | undefined
}

/** All that the checks are made from. */
export interface Examination {
  readonly machine: Machine
  readonly system: SystemFacts
  readonly functions: LineFunctions
  readonly probes: readonly Probe[]
}

/** What to do on a machine that has no lines. */
export const OFF_THE_DEVICE = 'Run it on a Raspberry Pi, or on simulated lines: pi-worker run plan.yaml --driver mock'

/** The oldest versions that will do. */
const NODE = [20, 12] as const
const KERNEL = [5, 10] as const

export function checkBoard({ machine }: Examination): Check {
  const { model, revision, raspberryPi, container } = machine.board()
  const inside = container === undefined ? '' : `, in a container (${container})`
  if (raspberryPi) {
    return { name: 'board', state: 'ok', finding: `${model}${revision ? `, revision ${revision}` : ''}${inside}` }
  }
  return {
    name: 'board',
    state: 'warning',
    finding: `not a Raspberry Pi${model === undefined ? '' : `: ${model}`}${inside}`,
    advice: machine.chips().some(({ header }) => header) ? undefined : OFF_THE_DEVICE,
  }
}

export function checkKernel({ machine }: Examination): Check {
  const { platform, kernel, processor } = machine.platform
  const name = 'kernel'
  if (platform !== 'linux') {
    const finding = `real lines need Linux; this is ${platform}`
    return { name, state: 'problem', finding, advice: OFF_THE_DEVICE, cause: lacking(machine) }
  }
  if (kernel === undefined) return { name, state: 'warning', finding: `Linux of an unknown release on ${processor}` }
  const finding = `Linux ${kernel} on ${processor}`
  if (olderThan(kernel, KERNEL)) {
    return {
      name,
      state: 'problem',
      finding: `${finding}: older than 5.10, so driver gpiochip cannot be used`,
      mend: 'sudo apt update && sudo apt full-upgrade',
      advice: 'Then restart. Until then, --driver onoff may serve.',
    }
  }
  return { name, state: 'ok', finding }
}

export function checkNode({ machine }: Examination): Check {
  const { node, processor, arch } = machine.platform
  const old = olderThan(node.replace(/^v/, ''), NODE)
  if (old) {
    const advice = 'Debian 13 and Raspberry Pi OS of 2025 have Node 20 (sudo apt install nodejs); see also nodejs.org.'
    return { name: 'node', state: 'problem', finding: `Node ${node} is older than ${NODE.join('.')}`, advice }
  }
  return {
    name: 'node',
    state: 'ok',
    finding: `Node ${node} for ${arch}${arch === processor ? '' : ` (${processor})`}`,
  }
}

export function checkChip({ machine, probes }: Examination): Check {
  const name = 'chip'
  const chips = machine.chips()
  const header = chips.find(chip => chip.header)
  const opened = probes.find(({ driver, board }) => driver === 'gpiochip' && board !== undefined)?.board?.description
  if (opened !== undefined || header !== undefined) {
    const base = header?.base === undefined ? '' : `; in sysfs, BCM n is number ${header.base} + n`
    return { name, state: 'ok', finding: `${opened ?? `${header?.device} (${header?.label})`} has the header${base}` }
  }
  const board = machine.board()
  if (chips.length === 0) {
    const inside = board.container !== undefined
    return {
      name,
      state: 'problem',
      finding: 'there is no GPIO chip: no /dev/gpiochip*',
      cause: lacking(machine),
      advice: inside
        ? 'On a Raspberry Pi, start the container with --device /dev/gpiochip0. Elsewhere: --driver mock.'
        : OFF_THE_DEVICE,
    }
  }
  const seen = chips.map(({ device, label = 'label unknown' }) => `${device} (${label})`).join(', ')
  // Without sysfs GPIO and a device tree, only the chip itself can tell, and it may be closed to this user.
  const unsure = chips.some(({ label }) => label === undefined)
  return {
    name,
    state: unsure ? 'warning' : 'problem',
    finding: `${unsure ? 'which chip has the header is not known' : 'no chip has a header'}: ${seen}`,
    advice: `If one of them is meant, name it: --chip ${chips[0]?.device}. Otherwise: --driver mock.`,
  }
}

/** Access to the header's chip. Nothing is said where there is no chip: that is a check of its own. */
export function checkAccess({ machine }: Examination): Check[] {
  const chip = machine.chipOf() ?? machine.chips()[0]
  if (chip === undefined) return []
  const error = machine.refusal(chip.device)
  if (error === undefined) return [{ name: 'access', state: 'ok', finding: `this user may use ${chip.device}` }]
  return [{ name: 'access', state: 'problem', finding: error.message, ...mendOf(error) }]
}

export function checkExports({ machine }: Examination): Check[] {
  const exported = machine.exports()
  if (exported.length === 0) return [{ name: 'exports', state: 'ok', finding: 'no line is exported through sysfs' }]
  return exported.map(({ number, line, label, direction, level, holder, hidden }) => {
    const name = 'exports'
    const which = line === undefined ? `sysfs line ${number}` : `line ${line} of ${label} (sysfs number ${number})`
    const header = machine.chipOf()?.label === label && line !== undefined
    const what = header ? `GPIO${line} (sysfs number ${number})` : which
    const state = [direction, level].filter(Boolean).join(', ')
    if (holder !== undefined) return { name, state: 'ok', finding: `${what} is exported and used by ${holder}` }
    const finding = `${what} is exported${state === '' ? '' : ` (${state})`}`
    if (hidden) {
      const unseen = `${finding}; whether a program of another user has it cannot be seen`
      return { name, state: 'warning', finding: unseen, advice: 'Root sees it: sudo pi-worker doctor' }
    }
    return {
      name,
      state: 'warning',
      finding: `${finding}, and no program is seen to use it`,
      mend: `echo ${number} | sudo tee /sys/class/gpio/unexport`,
      advice: 'A program that was killed leaves its lines like that, and nobody else gets them.',
    }
  })
}

export function checkClock({ system, machine }: Examination): Check[] {
  const { rtc, timeSynced, config } = system
  if (machine.board().container !== undefined && rtc === undefined && timeSynced === undefined) {
    return [{ name: 'time', state: 'ok', finding: 'the clock is that of the host: ask the doctor there' }]
  }
  return [rtcCheck(rtc, config?.path), ntpCheck(timeSynced)]
}

function rtcCheck(rtc: string | undefined, config: string | undefined): Check {
  const name = 'rtc'
  if (rtc !== undefined) return { name, state: 'ok', finding: `${rtc} keeps the time without power` }
  const clock = `with a DS3231 on GPIO2 and GPIO3: echo dtoverlay=i2c-rtc,ds3231 | sudo tee -a ${config}`
  return {
    name,
    state: 'warning',
    finding: 'there is no real-time clock: after a start without network, the times of records are wrong',
    mend: 'sudo systemctl enable systemd-time-wait-sync',
    advice: `Services with After=time-sync.target then wait for NTP.${config === undefined ? '' : ` Or add a clock, ${clock}`}`,
  }
}

function ntpCheck(synced: boolean | undefined): Check {
  const name = 'time'
  if (synced === true) return { name, state: 'ok', finding: 'the clock follows NTP' }
  const mend = 'sudo timedatectl set-ntp true'
  if (synced === undefined) {
    const finding = 'whether the clock follows NTP is not known'
    // Another daemon may be in charge, which an installation would put out.
    const advice = 'Where no daemon sets the clock, not chrony either: sudo apt install -y systemd-timesyncd'
    return { name, state: 'warning', finding, mend, advice }
  }
  const advice = 'Durations are right all the same: they do not come from this clock.'
  return { name, state: 'warning', finding: 'the clock does not follow NTP', mend, advice }
}

export function checkPigpiod({ system: { pigpiod } }: Examination): Check[] {
  if (pigpiod === undefined) return []
  return [
    {
      name: 'pigpiod',
      state: 'warning',
      finding: `pigpiod is running (${pigpiod}): it can move any line without the kernel knowing`,
      mend: 'sudo systemctl disable --now pigpiod',
    },
  ]
}

export function checkBuses({ system: { buses }, machine }: Examination): Check[] {
  if (!machine.board().raspberryPi) return []
  const off = [
    ...(buses.some(bus => bus.includes('i2c')) ? [] : ['I2C is off (sudo raspi-config nonint do_i2c 0)']),
    ...(buses.some(bus => bus.includes('spi')) ? [] : ['SPI is off (sudo raspi-config nonint do_spi 0)']),
  ]
  return [{ name: 'buses', state: 'ok', finding: [buses.join(', '), ...off].filter(Boolean).join('; ') }]
}

function olderThan(version: string, [major, minor]: readonly [number, number]): boolean {
  const [ours = 0, oursMinor = 0] = version.split('.').map(part => Number.parseInt(part, 10))
  return ours < major || (ours === major && oursMinor < minor)
}

/** What no driver of real lines can be without, and this machine lacks. */
export function lacking(machine: Machine): string | undefined {
  if (machine.platform.platform !== 'linux') return 'no Linux'
  return machine.chips().length === 0 ? 'no chip' : undefined
}

/** What mends an error; who is not in a group is refused by each device of that group, for one cause. */
export function mendOf({ code, remedy }: PiWorkerError): Pick<Check, 'mend' | 'advice' | 'cause'> {
  const split = splitRemedy(remedy)
  return { ...split, cause: code === 'ERR_PERMISSION' ? split.mend : undefined }
}

/** `Join the group with: sudo usermod -aG gpio pi; then log in again.` as a command and what comes after it. */
function splitRemedy(remedy: string): Pick<Check, 'mend' | 'advice'> {
  const match = /^[^:]+: ((?:sudo|echo) .+?)(?:; then (.+?))?\.?$/.exec(remedy)
  if (match === null) return { advice: remedy }
  const [, mend, after] = match
  return { mend, advice: after === undefined ? undefined : `Then ${after}.` }
}
