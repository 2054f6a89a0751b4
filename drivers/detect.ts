/** Opens a board on the driver that was asked for, or on the first that can be used here. */

import { isPiWorkerError, PiWorkerError } from '../src/errors.js'
import { nearest } from '../src/nearest.js'
import { type Candidate, candidates as realDrivers } from './candidates.js'
import { mergeNeeds, type Needs, unmetNeeds } from './capabilities.js'
import type { Board, BoardOptions, Capabilities, Driver, DriverName } from './driver.js'
import { checkHardwareAllowed } from './real-hardware.js'

export interface OpenBoardOptions extends BoardOptions {
  /**
   * `auto` (the default) takes the first of gpiochip, pigpio and onoff that opens here and has what is needed, and never the
   * mock. A driver of one's own is taken as it is.
   */
  readonly driver?: 'auto' | DriverName | Driver | undefined
  /** What the board must be able to do. */
  readonly needs?: Needs | undefined
  /** What each of those who use the board needs of it, by their names, which a refusal tells. */
  readonly neededBy?: ReadonlyMap<string, Needs> | undefined
}

export interface OpenedBoard {
  readonly board: Board
  /** Which driver it is and why, as one line for a person. */
  readonly choice: string
}

/** Why a driver was passed over. */
interface Refusal {
  readonly driver: DriverName
  readonly error: PiWorkerError
}

/**
 * Opens a board.
 * @param candidates The drivers that there are besides the mock; tests give their own.
 * @throws ERR_NO_DRIVER (of `auto`: with the reason of each driver), ERR_BAD_OPTION (no such driver), ERR_UNSUPPORTED
 *   (the driver lacks what is needed), ERR_REAL_HARDWARE (it is forbidden here), and what the driver's `open` throws
 */
export async function openBoard(
  options: OpenBoardOptions,
  candidates: readonly Candidate[] = realDrivers,
): Promise<OpenedBoard> {
  const { driver = 'auto', clock } = options
  // Not left to the drivers: `auto` would take it for a reason to try the next one.
  if (driver === 'auto') checkHardwareAllowed('driver auto')
  if (driver === 'auto') return clock.hold(openFirst(options, candidates))
  if (typeof driver !== 'string') return clock.hold(openGiven(driver, options, candidates))
  return clock.hold(openNamed(driver, options, candidates))
}

async function openFirst(options: OpenBoardOptions, candidates: readonly Candidate[]): Promise<OpenedBoard> {
  const refusals: Refusal[] = []
  for (const candidate of candidates) {
    try {
      const board = await open(await candidate.load(), options, candidates)
      return { board, choice: `${candidate.name} on ${board.description}: ${whyFirst(refusals)}` }
    } catch (error) {
      if (!isPiWorkerError(error)) throw error
      refusals.push({ driver: candidate.name, error })
    }
  }
  throw noDriver(refusals)
}

async function openNamed(
  name: DriverName,
  options: OpenBoardOptions,
  candidates: readonly Candidate[],
): Promise<OpenedBoard> {
  const all: readonly Candidate[] = [
    ...candidates,
    { name: 'mock', load: async () => (await import('../mocks/driver.js')).mockDriver },
  ]
  const candidate = all.find(one => one.name === name)
  if (candidate === undefined) throw unknownDriver(name, ['auto', ...all.map(one => one.name)])
  const board = await open(await candidate.load(), options, candidates)
  return { board, choice: `${name} on ${board.description}: it was asked for` }
}

async function openGiven(
  driver: Driver,
  options: OpenBoardOptions,
  candidates: readonly Candidate[],
): Promise<OpenedBoard> {
  const board = await open(driver, options, candidates)
  return { board, choice: `${driver.name} on ${board.description}: it was given as an object` }
}

/** Opens a board that has what is needed. A driver whose capabilities are known beforehand is not even opened. */
async function open(driver: Driver, options: OpenBoardOptions, candidates: readonly Candidate[]): Promise<Board> {
  if (driver.capabilities !== undefined) await checkNeeds(driver.name, driver.capabilities, options, candidates)
  const board = await driver.open(options)
  try {
    await checkNeeds(driver.name, board.capabilities, options, candidates)
    return board
  } catch (error) {
    await board.close()
    throw error
  }
}

/** The drivers of real lines that have all that is needed and that the processor can run, whatever else they lack here. */
export async function driversWith(needs: Needs, candidates: readonly Candidate[] = realDrivers): Promise<DriverName[]> {
  const able: DriverName[] = []
  for (const candidate of candidates) {
    if (candidate.runsHere?.() === false) continue
    const { capabilities } = await candidate.load()
    if (capabilities !== undefined && unmetNeeds(needs, capabilities).length === 0) able.push(candidate.name)
  }
  return able
}

function whyFirst(refusals: readonly Refusal[]): string {
  if (refusals.length === 0) return 'the first choice, and it can be used here'
  return refusals.map(({ driver, error }) => `${driver} cannot be used (${error.message})`).join('; ')
}

/** @throws ERR_UNSUPPORTED: names who needs what, and which driver would do */
async function checkNeeds(
  driver: DriverName,
  capabilities: Capabilities,
  { needs = {}, neededBy = new Map() }: OpenBoardOptions,
  candidates: readonly Candidate[],
): Promise<void> {
  const lacking = unmetNeeds(needs, capabilities)
  const users = [...neededBy].flatMap(([user, own]) => {
    const unmet = unmetNeeds(own, capabilities)
    return unmet.length === 0 ? [] : [{ user, unmet }]
  })
  if (lacking.length === 0 && users.length === 0) return
  const able = await driversWith(mergeNeeds([needs, ...neededBy.values()]), candidates)
  const what = users.map(({ user, unmet }) => `${user} needs ${unmet.join(' and ')}`).join('; ')
  throw new PiWorkerError(
    'ERR_UNSUPPORTED',
    users.length === 0
      ? `the ${driver} driver lacks what is needed: ${lacking.join(', ')}`
      : `${what}, which ${driver} cannot do`,
    {
      ...(users.length > 0 && { place: users.map(({ user }) => user).join(', ') }),
      remedy: remedyOfNeeds(able.filter(name => name !== driver)),
      details: {
        driver,
        lacking: [...new Set([...lacking, ...users.flatMap(({ unmet }) => unmet)])],
        able: able.filter(name => name !== driver),
        ...(users.length > 0 && { users }),
      },
    },
  )
}

function remedyOfNeeds(able: readonly string[]): string {
  return able.length === 0
    ? 'Ask for less: no driver has all of this on this machine.'
    : `Use --driver ${able.join(' or ')}.`
}

function unknownDriver(name: string, names: readonly string[]): PiWorkerError {
  const suggestion = nearest(name, names)
  return new PiWorkerError(
    'ERR_BAD_OPTION',
    `there is no driver ${JSON.stringify(name)}; there are ${names.join(', ')}`,
    {
      remedy:
        suggestion === undefined ? `Use one of these: ${names.join(', ')}.` : `Use ${suggestion} if that was meant.`,
      details: { driver: name },
    },
  )
}

function noDriver(refusals: readonly Refusal[]): PiWorkerError {
  const lines = refusals.map(({ driver, error }) => `\n    ${driver}: ${error.message} (${error.code})`)
  const reasons = refusals.map(({ driver, error: { code, message, place, remedy } }) => {
    return { driver, code, message, place, remedy }
  })
  const nearestToWork = refusals.toSorted((a, b) => hopelessness(a.error) - hopelessness(b.error))[0]
  return new PiWorkerError('ERR_NO_DRIVER', `no driver can be used on this machine:${lines.join('')}`, {
    place: nearestToWork?.error.place,
    remedy: nearestToWork && remedyFor(nearestToWork, refusals),
    cause: nearestToWork?.error,
    details: { reasons },
  })
}

function remedyFor({ driver, error }: Refusal, refusals: readonly Refusal[]): string {
  const { able, mend } = error.details
  if (Array.isArray(able)) {
    const impossible = refusals.filter(refusal => refusal.error.code === 'ERR_UNSUPPORTED').map(one => one.driver)
    return remedyOfNeeds(able.filter(name => !impossible.includes(name)))
  }
  // No other driver of real lines will do: all have been tried.
  const own = typeof mend === 'string' ? mend : error.remedy
  return hopelessness(error) < HOPELESS ? `To use ${driver}: ${own}` : own
}

/** From here on, the machine itself is the reason: it has no header, or not the system that a driver needs. */
const HOPELESS = 3

/**
 * How far a driver is from being usable, by the reason that it gave. A closed device or a package that is not there is
 * mended with one command; that is what a person should read about, and not that other drivers are further away.
 */
function hopelessness({ code, details }: PiWorkerError): number {
  switch (code) {
    case 'ERR_PERMISSION':
      return 0
    case 'ERR_DRIVER_MISSING':
      return details.package === undefined ? 4 : 1
    case 'ERR_UNKNOWN_CHIP':
      return HOPELESS
    case 'ERR_UNSUPPORTED':
      return 5
    default:
      return 2
  }
}
