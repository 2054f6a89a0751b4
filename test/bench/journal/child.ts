/** A process with a bench: begins a long pulse and says so, then waits to be killed. Argument: the folder of the journal. */

import { MockDriver } from '../../../mocks/driver.js'
import { openBench } from '../../../src/bench/open-bench.js'
import { output } from '../../../src/peripherals/output.js'

const folder = process.argv[2]
const bench = await openBench(
  { pump: output({ line: 17 }) },
  { driver: new MockDriver(), name: 'dose', journal: { folder } },
)
bench.onLevel((_, level) => void process.stdout.write(`${level}\n`))
await bench.pump.pulse({ width: '1h' }).result()
