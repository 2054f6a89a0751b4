/** Opens a board on the driver that was asked for, or on the first that can be used here. */

import { isPiWorkerError, PiWorkerError } from '../src/errors.js'
import { nearest } from '../src/nearest.js'
import { type Candidate, candidates as realDrivers } from './candidates.js'
import { type Needs, unmetNeeds } from './capabilities.js'
import type { Board, BoardOptions, Driver, DriverName } from './driver.js'

export interface OpenBoardOptions extends BoardOptions {
  /**
   * `auto` (the default) takes the first of gpiochip, pigpio and onoff that opens here and has what is needed, and never the
   * mock. A driver of one's own is taken as it is.
   */
  readonly driver?: 'auto' | DriverName | Driver | undefined
  /** What the board must be able to do. */
  readonly needs?: Needs | undefined
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
 *   (the driver lacks what is needed), and what the driver's `open` throws
 */
export async function openBoard(
  options: OpenBoardOptions,
  candidates: readonly Candidate[] = realDrivers,
): Promise<OpenedBoard> {
  const { driver = 'auto', clock } = options
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
  const { needs = {} } = options
  if (driver.capabilities !== undefined) {
    const lacking = unmetNeeds(needs, driver.capabilities)
    if (lacking.length > 0) throw await unsupported(driver.name, lacking, needs, candidates)
  }
  const board = await driver.open(options)
  const lacking = unmetNeeds(needs, board.capabilities)
  if (lacking.length === 0) return board
  await board.close()
  throw await unsupported(driver.name, lacking, needs, candidates)
}

/** The drivers of real lines that have all that is needed, whether they can be used here or not. */
export async function driversWith(needs: Needs, candidates: readonly Candidate[] = realDrivers): Promise<DriverName[]> {
  const able: DriverName[] = []
  for (const candidate of candidates) {
    const { capabilities } = await candidate.load()
    if (capabilities !== undefined && unmetNeeds(needs, capabilities).length === 0) able.push(candidate.name)
  }
  return able
}

function whyFirst(refusals: readonly Refusal[]): string {
  if (refusals.length === 0) return 'the first choice, and it can be used here'
  return refusals.map(({ driver, error }) => `${driver} cannot be used (${error.message})`).join('; ')
}

async function unsupported(
  driver: DriverName,
  lacking: readonly string[],
  needs: Needs,
  candidates: readonly Candidate[],
): Promise<PiWorkerError> {
  const able = (await driversWith(needs, candidates)).filter(name => name !== driver)
  return new PiWorkerError('ERR_UNSUPPORTED', `the ${driver} driver lacks what is needed: ${lacking.join(', ')}`, {
    remedy: able.length === 0 ? 'Ask for less: no driver has all of this.' : `Use --driver ${able.join(' or ')}.`,
    details: { driver, lacking, able },
  })
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
  const reasons = refusals.map(({ driver, error: { code, message, remedy } }) => ({ driver, code, message, remedy }))
  const nearestToWork = refusals.toSorted((a, b) => hopelessness(a.error) - hopelessness(b.error))[0]
  return new PiWorkerError('ERR_NO_DRIVER', `no driver can be used on this machine:${lines.join('')}`, {
    remedy: nearestToWork && remedyFor(nearestToWork),
    cause: nearestToWork?.error,
    details: { reasons },
  })
}

function remedyFor({ driver, error }: Refusal): string {
  return hopelessness(error) < HOPELESS ? `To use ${driver}: ${error.remedy}` : error.remedy
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
