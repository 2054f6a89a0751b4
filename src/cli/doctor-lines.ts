/** What the doctor says of drivers and of the header's lines. */

import type { DriverName } from '../../drivers/driver.js'
import { headerPins } from '../../drivers/header.js'
import { formatLine } from '../../drivers/lines.js'
import { overlayOf } from '../../drivers/machine/system.js'
import { PiWorkerError } from '../errors.js'
import { type Check, type Examination, lacking, mendOf, OFF_THE_DEVICE, type Probe } from './doctor-checks.js'

const HEADER_LINES = headerPins.flatMap(pin => (pin.kind === 'line' ? [pin.line] : [])).sort((a, b) => a - b)

/** The best driver of those that were tried. */
export function usableDriver({ probes }: Examination): Probe | undefined {
  return probes.find(({ board }) => board !== undefined)
}

/** What `auto` takes: pigpio, which is not tried, comes before onoff. */
function automatic(examination: Examination): DriverName | undefined {
  const first = usableDriver(examination)?.driver
  return first !== 'gpiochip' && pigpioRuns(examination) && examination.machine.uid === 0 ? 'pigpio' : first
}

/** Nothing but the user may be in the way of pigpio. */
function pigpioRuns({ machine, system }: Examination): boolean {
  const { soc } = machine.board()
  const installed = machine.packages().find(({ name }) => name === 'pigpio')?.state === 'installed'
  return installed && soc !== undefined && soc !== 'bcm2712' && system.pigpiod === undefined
}

export function checkDrivers(examination: Examination): Check[] {
  const { probes } = examination
  const first = usableDriver(examination)
  const auto = automatic(examination)
  return [
    ...probes.map((probe): Check => {
      const name = probe.driver
      if (probe.board !== undefined) {
        const choice = name === auto ? 'can be used, and --driver auto takes it' : 'can be used'
        return { name, state: 'ok', finding: `${choice}: ${probe.board.description}` }
      }
      return refused(examination, probe, first)
    }),
    checkPigpio(examination, auto),
  ]
}

/** A driver that does not open: a problem when no other does, a warning when it would be the better one. */
function refused(examination: Examination, { driver, error }: Probe, first: Probe | undefined): Check {
  const reason = error?.message ?? 'the reason is not known'
  const impossible = error?.code === 'ERR_UNSUPPORTED'
  if (first === undefined) {
    const cause = lacking(examination.machine)
    const remedy = cause === undefined ? remedyOf(examination, error) : { cause }
    return { name: driver, state: 'problem', finding: `cannot be used: ${reason}`, ...remedy }
  }
  if (driver === 'gpiochip' && !impossible) {
    return { name: driver, state: 'warning', finding: `cannot be used: ${reason}`, ...remedyOf(examination, error) }
  }
  const served = `; ${first.driver} serves instead`
  return { name: driver, state: 'ok', finding: `cannot be used, and need not be: ${reason}${served}` }
}

function remedyOf(
  { machine }: Examination,
  error: PiWorkerError | undefined,
): Omit<Check, 'name' | 'state' | 'finding'> {
  if (!(error instanceof PiWorkerError)) return {}
  const missing = machine.packages().find(({ name }) => name === error.details.package)
  if (missing !== undefined) {
    const compiled = missing.name === 'koffi' ? '--omit=optional leaves it out.' : NEEDS_COMPILER
    return { mend: missing.install, advice: compiled, cause: missing.install }
  }
  if (error.code === 'ERR_PERMISSION') return mendOf(error)
  return { advice: error.code === 'ERR_UNKNOWN_CHIP' ? error.remedy : error.remedy.replace(/\.?$/, '.') }
}

const NEEDS_COMPILER = 'It is compiled while it is installed: sudo apt install -y build-essential python3'

/** Opening pigpio would start its DMA, so it is only looked at. */
function checkPigpio(examination: Examination, auto: DriverName | undefined): Check {
  const { machine, system } = examination
  const name = 'pigpio'
  const found = machine.packages().find(one => one.name === 'pigpio')
  const { soc } = machine.board()
  if (soc === 'bcm2712') return { name, state: 'ok', finding: 'cannot be used on a Pi 5, and need not be' }
  if (found?.state !== 'installed') {
    const what = found?.state === 'no binary' ? 'is there, but not compiled' : 'is not installed'
    return { name, state: 'ok', finding: `${what}; only pulses that hardware times need it` }
  }
  if (soc === undefined) return { name, state: 'ok', finding: 'is installed, but needs a Raspberry Pi' }
  if (system.pigpiod !== undefined) {
    return { name, state: 'ok', finding: `is installed, but pigpiod (${system.pigpiod}) keeps the hardware from it` }
  }
  const untried = 'it is not tried here, as it would start its DMA'
  if (auto === 'pigpio') return { name, state: 'ok', finding: `is installed, and --driver auto takes it; ${untried}` }
  const before = auto === 'gpiochip' ? '' : ', and as root --driver auto takes it'
  return { name, state: 'ok', finding: `is installed; it needs root${before}; ${untried}` }
}

export function checkPackages({ machine }: Examination): Check {
  const packages = machine.packages()
  const listed = packages.map(({ name, state, purpose, install }) => {
    if (state === 'installed') return name
    return `${name} ${state === 'missing' ? 'is not installed' : 'has no binary'} (${purpose}: ${install})`
  })
  const installed = listed.filter(text => !text.includes(' '))
  const others = listed.filter(text => text.includes(' '))
  const koffi = packages.find(({ name }) => name === 'koffi')
  const finding = [installed.join(', '), ...others].filter(Boolean).join('; ')
  if (koffi?.state === 'installed' || machine.platform.processor.startsWith('armv6')) {
    return { name: 'packages', state: 'ok', finding }
  }
  return { name: 'packages', state: 'warning', finding, mend: koffi?.install, cause: koffi?.install }
}

/** Who holds lines of the header, and the overlay in config.txt where it comes from one. */
export function checkHolders(examination: Examination): Check[] {
  const board = usableDriver(examination)?.board
  if (board === undefined) return []
  const infos = HEADER_LINES.filter(line => line < board.lineCount).map(line => board.lineInfo(line))
  const held = infos.flatMap(({ line, used, consumer = '' }) => {
    if (!used) return []
    const overlay = overlayOf(examination.system.config, line, consumer)
    const origin = overlay === undefined ? '' : ` (dtoverlay=${overlay} in ${examination.system.config?.path})`
    return [`${formatLine(line)} by ${consumer === '' ? 'the kernel' : `"${consumer}"`}${origin}`]
  })
  // Who knows nothing of a line, does not know its direction either.
  const known = held.length > 0 || infos.some(({ direction }) => direction !== undefined)
  const none = known
    ? 'no line of the header is held'
    : `who holds lines of the header is not known: driver ${board.driver} cannot see it here`
  const finding = held.length === 0 ? none : `held: ${held.join(', ')}`
  return [{ name: 'lines', state: 'ok', finding }]
}

/** Lines of the header that serve hardware: jobs cannot have them. */
export function checkFunctions({ functions, machine }: Examination): Check[] {
  const name = 'functions'
  if (functions.lines === undefined) {
    if (!machine.board().raspberryPi) return []
    const { error, why } = functions
    const finding = `what the lines serve is not known: ${why}`
    // Nothing mends a processor.
    if (error?.code === 'ERR_UNSUPPORTED') return [{ name, state: 'ok', finding, advice: error.remedy }]
    const remedy = error === undefined ? {} : mendOf(error)
    return [{ name, state: 'warning', finding, ...remedy }]
  }
  const serving = HEADER_LINES.flatMap(line => {
    const found = functions.lines.get(line)
    return found?.kind === 'alternate' ? [`${formatLine(line)} ${found.name}`] : []
  })
  const finding =
    serving.length === 0 ? 'all lines of the header are plain inputs and outputs' : `serving: ${serving.join(', ')}`
  return [{ name, state: 'ok', finding }]
}

export function checkRelease(examination: Examination): Check[] {
  const driver = automatic(examination)
  if (driver === undefined) return []
  const { outcome, because } = examination.machine.release(driver)
  const finding = {
    kept: 'an output keeps its level when its program ends',
    input: 'an output becomes an input when its program ends',
    pull: 'an output falls back to its pull when its program ends',
    unknown: 'what an output does when its program ends is not known',
  }[outcome]
  const advice =
    outcome === 'kept'
      ? 'A program that is killed leaves its outputs as they are; dtparam=strict_gpiod in config.txt changes that.'
      : undefined
  return [{ name: 'release', state: 'ok', finding: `${finding}: ${because}`, advice }]
}

/** The last sentence: what can be done now. */
export function conclusion(examination: Examination): string {
  const usable = automatic(examination)
  if (usable === undefined) return `No driver of real lines can be used here. ${OFF_THE_DEVICE}`
  return `${usable} can be used: pi-worker run plan.yaml`
}
