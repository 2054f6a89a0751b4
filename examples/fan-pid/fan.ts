/**
 * Holds a temperature with a fan: a PID controller as a plan in TypeScript, with the record of a run.
 *
 *     npx tsx fan.ts            on the lines of a Pi
 *     npx tsx fan.ts --mock     an hour on simulated parts, in virtual time
 */

import { fileURLToPath } from 'node:url'
import { type BenchOf, dht, openBench, pwm, type RecordedResult, recordFunction } from 'pi-worker'
import { VirtualClock } from 'pi-worker/mocks'

export const cabinet = {
  air: dht({ line: 'GPIO4' }),
  fan: pwm({ line: 'GPIO18', frequency: 100 }),
}

const params = {
  target: { default: 25, unit: '°C', min: 10, max: 60 },
  /** Duty for each °C that it is too warm, for each °C·min that it was, and for each °C/min that it gets warmer. */
  p: 0.15,
  i: 0.02,
  d: 0.05,
}

/** Reads every ten seconds, and sets the fan. */
export async function hold(bench: BenchOf<typeof cabinet>, minutes: number, out?: string): Promise<RecordedResult> {
  return await recordFunction(bench, { name: 'Fan PID', params, out }, async run => {
    const { target, p, i, d } = run.params
    let sum = 0
    let last: number | undefined
    run.atEnd(() => run.note('the fan is off'))
    for await (const _ of run.every('10s', { times: minutes * 6 })) {
      const air = await run.bench.air.read().result()
      const error = air.temperature - target
      const slope = (error - (last ?? error)) * 6
      last = error
      const wanted = p * error + i * (sum + error / 6) + d * slope
      const duty = Math.min(1, Math.max(0, wanted))
      // What the fan cannot do is not saved up.
      if (duty === wanted) sum += error / 6
      await run.bench.fan.set({ duty }).result()
      await run.record({ air, duty, error })
    }
  })
}

async function main(): Promise<void> {
  const mock = {
    driver: 'mock',
    clock: new VirtualClock(),
    simulate: { air: { temperature: { sine: { mean: 26, amplitude: 4, period: '40m' } } } },
  } as const
  await using bench = await openBench(cabinet, process.argv.includes('--mock') ? mock : { signals: true })
  const { outcome, rows, folder } = await hold(bench, 60)
  process.stdout.write(`${outcome}: ${rows} rows in ${folder}\n`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main()
