/** Waters a plant until its tray is full: a script as anybody writes one, with its own pauses and its own dates. */

import { type BenchOf, input, openBench, output } from 'pi-worker'

export const garden = {
  pump: output({ line: 'GPIO17', safe: 'low' }),
  /** Falls when the tray is full. */
  full: input({ line: 'GPIO4', bias: 'pull-up' }),
}

export interface Dose {
  readonly at: string
  /** ms */
  readonly width: number
}

/** Doses of 200 ms with a minute to drain after each; at most `most` of them. */
export async function water(bench: BenchOf<typeof garden>, most: number): Promise<Dose[]> {
  const doses: Dose[] = []
  while (doses.length < most) {
    const { level } = await bench.full.read().result()
    if (level === 'low') break
    const at = new Date().toISOString()
    const { achieved } = await bench.pump.pulse({ width: '200ms' }).result()
    doses.push({ at, width: achieved })
    await new Promise(resolve => setTimeout(resolve, 60_000))
  }
  return doses
}

/** On the Pi: `node --import tsx -e "import('./water.ts').then(({ main }) => main())"`. */
export async function main(): Promise<void> {
  await using bench = await openBench(garden)
  process.stdout.write(`${JSON.stringify(await water(bench, 10), null, 2)}\n`)
}
