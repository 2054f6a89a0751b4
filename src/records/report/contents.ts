/** Everything that a report is made of, read from a record once, file by file. */

import { RUN_VERSION } from '../run/format.js'
import { type Lanes, readLanes } from './lanes.js'
import { type LogExtract, readLog } from './log-extract.js'
import type { PageData } from './page-data.js'
import { readReadings, type StreamReadings } from './readings.js'
import { openRecordFiles } from './record-files.js'
import { type ReportFacts, reportFacts, startOf } from './report-facts.js'
import { readWaves, type Waves } from './waves.js'

export interface Contents {
  readonly folder: string
  readonly facts: ReportFacts
  readonly streams: readonly StreamReadings[]
  readonly lanes: Lanes
  readonly waves: Waves
  readonly log: LogExtract
  /** What was not there, cut off or damaged, as sentences. */
  readonly missing: readonly string[]
}

/** @throws ERR_FILE when there is no such folder */
export async function readContents(path: string): Promise<Contents> {
  const missing: string[] = []
  const folder = await openRecordFiles(path, what => missing.push(what))
  const facts = reportFacts(await folder.run())
  if (facts.version !== undefined && facts.version !== RUN_VERSION) {
    missing.push(
      `The record is of version ${facts.version}, which this program does not know: it may show less than there is.`,
    )
  }
  const streams = await readReadings(folder, facts)
  const lanes = await readLanes(folder, facts)
  const waves = await readWaves(folder)
  const log = await readLog(folder)
  return { folder: path, facts, streams, lanes, waves, log, missing }
}

/** What the page draws. */
export function pageData({ facts, streams, lanes, waves }: Contents): PageData {
  const readings = streams.flatMap(stream => stream.readings)
  return {
    start: startOf(facts) ?? null,
    end: Math.max(facts.elapsed ?? 0, lanes.end, ...streams.map(({ end }) => end)),
    curves: readings.flatMap(({ curve }) => curve ?? []),
    scans: readings.flatMap(({ scans }) => scans),
    maps: readings.flatMap(({ map }) => map ?? []),
    lanes: lanes.lanes,
    waves: waves.waves,
    wavesEnd: waves.end,
  }
}
