/** Opens a bench: everything that can be wrong is found before a line moves, and what goes wrong later undoes the rest. */

import { type Needs, unmetNeeds } from '../../drivers/capabilities.js'
import { driversWith, openBoard } from '../../drivers/detect.js'
import type { Board, Driver, DriverName, PartSpec, Signal } from '../../drivers/driver.js'
import { MAX_LINE, resolveLine } from '../../drivers/lines.js'
import { PiWorkerError } from '../errors.js'
import { callAll } from '../thrown.js'
import { type Clock, SystemClock } from '../worker/clock.js'
import { Worker, type WorkerOptions } from '../worker/worker.js'
import { Bench, type BenchOf, type Specs } from './bench.js'
import { BenchBuses } from './bench-buses.js'
import { check, linesOf, resolveLines } from './check.js'
import { checkClaims } from './claims.js'
import type { AnyDefinition, PeripheralSpec } from './definition.js'
import { checkPeripheralName, named } from './names.js'
import { ObservedBoard } from './observed-board.js'
import { OpenPeripheral } from './open-peripheral.js'
import { Peripheral } from './peripheral.js'
import { atPeripheral, problemError } from './peripheral-errors.js'
import { formatPath } from './problems.js'
import { validatorFor } from './validator.js'

export interface BenchOptions {
  /** `auto` (the default) takes the first that is usable here and has what the peripherals need, and never `mock`. */
  readonly driver?: 'auto' | DriverName | Driver | undefined
  /** Path of the GPIO chip; found by its label when left out. */
  readonly chip?: string | undefined
  /** Default: the system clock. */
  readonly clock?: Clock | undefined
  /** How long and how many finished tasks are kept; see `WorkerOptions`. */
  readonly retain?: WorkerOptions['retain']
  /** What the simulation is told of each peripheral; only the mock driver listens. */
  readonly simulate?: Readonly<Record<string, unknown>> | undefined
  /** Path of a VCD file whose levels the mock driver replays on the inputs; other drivers ignore it. */
  readonly replay?: string | undefined
  /** Seed of whatever is random in a simulation. Default 1. */
  readonly seed?: number | undefined
  /** Watch every line for level changes on a real driver too, for `onLevel`. Costs a wake-up for every edge. */
  readonly observe?: boolean | undefined
}

/** A peripheral whose configuration is known to fit; lines may still be own names, which only a board knows. */
interface Planned {
  readonly name: string
  readonly definition: AnyDefinition
  readonly config: Readonly<Record<string, unknown>>
  readonly simulate: Readonly<Record<string, unknown>> | undefined
}

/**
 * Opens the peripherals of `specs` together on one driver. Outputs start in their safe states.
 * @throws ERR_BAD_NAME, ERR_BAD_CONFIG, ERR_BAD_DURATION, ERR_UNKNOWN_LINE, ERR_LINE_CLAIMED, ERR_UNKNOWN_PERIPHERAL,
 *   ERR_UNSUPPORTED (names the peripheral and what it needs), and what the driver's `open` and `request` throw
 */
export async function openBench<const S extends Specs>(specs: S, options: BenchOptions = {}): Promise<BenchOf<S>> {
  const { driver = 'auto', chip, clock = new SystemClock(), seed, replay, observe = false } = options
  const planned = checkSpecs(specs, options.simulate ?? {})
  checkClaims(planned)
  const needs = new Map(planned.map(({ name, definition, config }) => [name, needsOf(definition, config)]))
  const { board, choice } = await openBoard({
    driver,
    chip,
    clock,
    seed,
    replay,
    ...(driver === 'auto' && { neededBy: needs }),
    lineNames: inventLines(planned),
    parts: board => planned.map(peripheral => partOf(peripheral, board)),
  })
  const opened: OpenPeripheral[] = []
  const buses = new BenchBuses(board, clock)
  try {
    for (const [name, needed] of needs) await checkNeeds(name, needed, board)
    const located = planned.map(peripheral => ({ ...peripheral, config: locate(peripheral, board) }))
    checkClaims(located)
    const observed = observe && board.onLevel === undefined ? new ObservedBoard(board, clock) : undefined
    const worker = new Worker({ clock, retain: options.retain })
    const peripherals = new Map<string, Peripheral>()
    for (const { name, definition, config } of located) {
      const lines = linesOf(definition.config, config).map(({ line }) => line as number)
      const resolve = (line: number | string): number => resolveLine(board, line)
      const parts = { name, definition, config, lines, source: observed ?? board, buses, worker, resolveLine: resolve }
      const peripheral = new OpenPeripheral(parts)
      await openPeripheral(peripheral)
      opened.push(peripheral)
      peripherals.set(name, new Peripheral(parts, peripheral))
    }
    const onLevel = observed?.onLevel.bind(observed) ?? board.onLevel?.bind(board)
    return new Bench({
      board,
      buses,
      choice,
      worker,
      opened,
      peripherals,
      signals: located.flatMap(signalsOf),
      onLevel,
    }) as BenchOf<S>
  } catch (error) {
    return await undo(error, opened, buses, board, clock)
  }
}

/** What is open already is made safe and let go; the error that led here is told, not what goes wrong now. */
async function undo(
  error: unknown,
  opened: readonly OpenPeripheral[],
  buses: BenchBuses,
  board: Board,
  clock: Clock,
): Promise<never> {
  return await failWith(error, [
    async () => void (await Promise.all(opened.map(({ queue }) => queue.makeSafe()))),
    ...opened.map(peripheral => () => peripheral.close()),
    () => buses.close(),
    () => clock.hold(board.close()),
  ])
}

/** Throws `error`, whatever goes wrong in the endings that come before. */
async function failWith(error: unknown, endings: readonly (() => Promise<void>)[]): Promise<never> {
  const fail = (): never => {
    throw error
  }
  await callAll([fail, ...endings])
  return fail()
}

function checkSpecs(specs: Specs, simulate: Readonly<Record<string, unknown>>): Planned[] {
  const byName = new Map(Object.entries(specs))
  for (const name of Object.keys(simulate)) {
    named('peripheral', name, byName, message => {
      return new PiWorkerError('ERR_UNKNOWN_PERIPHERAL', `simulate: the bench has ${message}`, { place: name })
    })
  }
  return [...byName].map(([name, spec]) => {
    checkPeripheralName(name)
    const { definition, config: written } = checkSpec(name, spec)
    compileActions(name, definition)
    const checked = check(definition.config, written)
    if (checked.problems !== undefined) throw problemError('ERR_BAD_CONFIG', name, checked.problems)
    const config = checked.value as Planned['config']
    return { name, definition, config, simulate: checkSimulation(name, definition, simulate[name]) }
  })
}

/** In plain JavaScript, or after a look at a plan file, it may be anything. */
function checkSpec(name: string, spec: PeripheralSpec): PeripheralSpec {
  const given: unknown = spec
  if (typeof given === 'object' && given !== null && 'definition' in given && 'config' in given) return spec
  throw new PiWorkerError('ERR_BAD_CONFIG', `${name} is no peripheral: it was not made by calling its type`, {
    place: name,
    remedy: `Write ${name}: output({ line: 'GPIO17' }), with output or another type from pi-worker.`,
  })
}

/** Once, before anything runs: compiling a schema takes milliseconds, by which the pulses of others would be late. */
function compileActions(name: string, definition: AnyDefinition): void {
  try {
    for (const { input, output } of Object.values(definition.actions)) {
      validatorFor(input)
      if (output !== undefined) validatorFor(output)
    }
  } catch (error) {
    throw atPeripheral(name, error)
  }
}

function checkSimulation(name: string, definition: AnyDefinition, written: unknown): Planned['simulate'] {
  if (written === undefined) return undefined
  const place = `simulate.${name}`
  const checked = check(definition.simulate, written)
  if (checked.problems !== undefined) throw problemError('ERR_BAD_CONFIG', place, checked.problems)
  return checked.value as Planned['simulate']
}

/** Lines for own names on a chip that has none: from the top, where no header line is, and none that is claimed. */
function inventLines(planned: readonly Planned[]): Record<string, number> {
  const used = planned.flatMap(({ definition, config }) => linesOf(definition.config, config)).map(({ line }) => line)
  const invented: Record<string, number> = {}
  let free = MAX_LINE
  for (const name of used) {
    if (typeof name !== 'string') continue
    while (used.includes(free)) free--
    invented[name] = free--
  }
  return invented
}

function locate({ name, definition, config }: Planned, board: Board): Planned['config'] {
  try {
    const resolve = (line: number | string): number => resolveLine(board, line)
    return resolveLines(definition.config, config, resolve) as unknown as Planned['config']
  } catch (error) {
    throw atPeripheral(name, error)
  }
}

function partOf(peripheral: Planned, board: Board): PartSpec {
  const { name, definition, simulate } = peripheral
  const config = locate(peripheral, board)
  return { name, type: definition.part, config, simulate, signals: signalsOf({ ...peripheral, config }) }
}

function needsOf(definition: AnyDefinition, config: unknown): Needs {
  const needs = definition.needs as ((config: unknown) => Needs) | undefined
  return needs?.(config) ?? {}
}

async function checkNeeds(name: string, needs: Needs, board: Board): Promise<void> {
  const unmet = unmetNeeds(needs, board.capabilities)
  if (unmet.length === 0) return
  const able = (await driversWith(needs)).filter(driver => driver !== board.driver)
  throw new PiWorkerError('ERR_UNSUPPORTED', `${name} needs ${unmet.join(' and ')}, which ${board.driver} cannot do`, {
    place: name,
    remedy: [
      needs.instead ?? [],
      able.length === 0
        ? 'Ask for less in its configuration: no driver can do all of this.'
        : `Use --driver ${able.join(' or ')}, which can, or ask for less in its configuration.`,
    ]
      .flat()
      .join(' '),
    details: { peripheral: name, driver: board.driver, unmet, able },
  })
}

async function openPeripheral(peripheral: OpenPeripheral): Promise<void> {
  try {
    await peripheral.open()
  } catch (error) {
    await failWith(atPeripheral(peripheral.name, error), [() => peripheral.close()])
  }
}

/** One name for each line: the peripheral's own when it has but one. */
function signalsOf({ name, definition, config }: Planned): Signal[] {
  const uses = linesOf(definition.config, config)
  return uses.map(({ line, path }) => ({
    line: line as number,
    name: uses.length === 1 ? name : formatPath([name, ...path]),
  }))
}
