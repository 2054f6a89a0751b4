/** Opens a bench: everything that can be wrong is found before a line moves, and what goes wrong later undoes the rest. */

import { type Needs, unmetNeeds } from '../../drivers/capabilities.js'
import { driversWith, openBoard } from '../../drivers/detect.js'
import type { Board, PartSpec, Signal } from '../../drivers/driver.js'
import { MAX_LINE, resolveLine } from '../../drivers/lines.js'
import { isPiWorkerError, PiWorkerError } from '../errors.js'
import { callAll } from '../thrown.js'
import { type Clock, SystemClock } from '../worker/clock.js'
import type { PeripheralQueue } from '../worker/peripheral-queue.js'
import { Worker } from '../worker/worker.js'
import { Bench, type BenchOf, type Specs } from './bench.js'
import { BenchBuses } from './bench-buses.js'
import { type BenchOptions, checkOptionNames } from './bench-options.js'
import { linesOf, resolveLines } from './check.js'
import { checkClaims } from './claims.js'
import type { AnyDefinition } from './definition.js'
import { BenchGuard } from './guardian/bench-guard.js'
import { checkRules, guardedSource } from './guards/open-guards.js'
import { type BenchJournal, makeAllSafe } from './journal/bench-journal.js'
import { isInUse } from './journal/journal-errors.js'
import { type OpenJournalContext, openJournal } from './journal/open-journal.js'
import { ObservedBoard } from './observed-board.js'
import { OpenPeripheral } from './open-peripheral.js'
import { Peripheral } from './peripheral.js'
import { atPeripheral } from './peripheral-errors.js'
import { checkSpecs, type Planned } from './planned.js'
import { formatPath } from './problems.js'
import { openStopLine, planStopLine } from './stop/open-stop-line.js'
import { checkReach, makeReachable } from './stop/reach.js'
import { STOP_LINE_NAME } from './stop/stop-line.js'
import { StopMark } from './stop/stop-mark.js'

/**
 * Opens the peripherals of `specs` together on one driver. Outputs start in their safe states.
 * @throws ERR_BAD_OPTION, ERR_BAD_NAME, ERR_BAD_CONFIG, ERR_BAD_DURATION, ERR_UNKNOWN_LINE, ERR_LINE_CLAIMED, ERR_UNKNOWN_PERIPHERAL,
 *   ERR_UNSUPPORTED (names the peripheral and what it needs), ERR_JOURNAL, ERR_STOPPED (it was stopped, and has not
 *   been reset since), and what the driver's `open` and `request` throw
 */
export async function openBench<const S extends Specs>(specs: S, options: BenchOptions = {}): Promise<BenchOf<S>> {
  const { driver = 'auto', chip, clock = new SystemClock(), seed, replay, observe = false } = options
  checkOptionNames(options)
  checkReach(options)
  const { [STOP_LINE_NAME]: presses, ...simulate } = options.simulate ?? {}
  const planned = [...planStopLine(options, presses), ...checkSpecs(specs, simulate)]
  checkClaims(planned)
  const interlocks = checkRules(planned, options.interlocks ?? [])
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
  const endings: (() => Promise<void>)[] = []
  let guard: BenchGuard | undefined
  const buses = new BenchBuses(board, clock)
  try {
    for (const [name, needed] of needs) await checkNeeds(name, needed, board)
    const located = planned.map(peripheral => ({ ...peripheral, config: locate(peripheral, board) }))
    checkClaims(located)
    const worker = new Worker({ clock, retain: options.retain })
    const signals = located.flatMap(signalsOf)
    const context = { name: options.name, driver: board.driver, worker, peripherals: [...needs.keys()], signals }
    const { journal, refusal } = await journalOrRefusal(options.journal, context)
    endings.push(async () => await journal?.end())
    const { guardian, name } = options
    guard = await BenchGuard.prepare({ choice: guardian, board, peripherals: located, worker, name })
    const observed = observe && board.onLevel === undefined ? new ObservedBoard(guard.lines, clock) : undefined
    const told = journal?.watch(observed ?? guard.lines) ?? observed ?? guard.lines
    const source = guardedSource(located, interlocks, told, worker)
    const peripherals = new Map<string, Peripheral>()
    const stop = await openStopLine(located, source)
    if (stop !== undefined) endings.push(stop.close)
    for (const { name, definition, config } of located) {
      if (name === stop?.name) continue
      const lines = linesOf(definition.config, config).map(({ line }) => line as number)
      const resolve = (line: number | string): number => resolveLine(board, line)
      const parts = { name, definition, config, lines, source, buses, worker, journal, resolveLine: resolve }
      const peripheral = new OpenPeripheral(parts)
      await openPeripheral(peripheral)
      opened.push(peripheral)
      peripherals.set(name, new Peripheral(parts, peripheral))
    }
    await guard.begin()
    stop?.line.refuseOpen() // pressed meanwhile
    const queues = opened.map(({ queue }) => queue)
    await journal?.recover(queues)
    if (refusal !== undefined) await refuseSafely(refusal, queues)
    const stopMark = stopMarkOf(options, { clock, isReal: board.driver !== 'mock' || journal !== undefined })
    stopMark?.refuse() // only now, when all is safe
    const onLevel = observed?.onLevel.bind(observed) ?? board.onLevel?.bind(board)
    const bench = new Bench({
      board,
      buses,
      choice,
      worker,
      opened,
      peripherals,
      signals,
      onLevel,
      guard,
      name: options.name,
      recovered: journal?.recovered,
      stopLine: stop?.line,
      whenStopped: options.whenStopped,
      stopMark,
    })
    for (const ending of endings) bench.atEnd(ending)
    await makeReachable(bench, options)
    journal?.report()
    return bench as BenchOf<S>
  } catch (error) {
    return await undo(error, { opened, endings, guard, buses, board, clock })
  }
}

/** A journal that nobody can read or begin may be that of a crash: it keeps the bench from opening, but not from being safe. */
async function journalOrRefusal(
  choice: BenchOptions['journal'],
  context: OpenJournalContext,
): Promise<{ readonly journal?: BenchJournal | undefined; readonly refusal?: PiWorkerError }> {
  try {
    return { journal: await openJournal(choice, context) }
  } catch (error) {
    if (!isPiWorkerError(error, 'ERR_JOURNAL') || isInUse(error)) throw error
    return { refusal: error }
  }
}

/** @throws the refusal; ERR_NOT_SAFE */
async function refuseSafely(refusal: PiWorkerError, queues: readonly PeripheralQueue[]): Promise<never> {
  await makeAllSafe(queues, `the bench is not opened (${refusal.message}), and`)
  throw refusal
}

/** Only what others can reach by its name can be reset from outside; and what is only simulated starts as it likes. */
function stopMarkOf({ name }: BenchOptions, { clock, isReal }: { clock: Clock; isReal: boolean }) {
  return name === undefined || clock.kind !== 'system' || !isReal ? undefined : new StopMark(name)
}

/** What there is of a bench that could not be opened. */
interface Undone {
  readonly opened: readonly OpenPeripheral[]
  readonly endings: readonly (() => Promise<void>)[]
  readonly guard: BenchGuard | undefined
  readonly buses: BenchBuses
  readonly board: Board
  readonly clock: Clock
}

/** What is open already is made safe and let go; the error that led here is told, not what goes wrong now. */
async function undo(error: unknown, { opened, endings, guard, buses, board, clock }: Undone): Promise<never> {
  return await failWith(error, [
    async () => void (await Promise.all(opened.map(({ queue }) => queue.makeSafe()))),
    async () => await guard?.end(),
    ...opened.map(peripheral => () => peripheral.close()),
    ...endings,
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
