/** A program of its own with a bench that is to be made safe when the process ends; it says what its pump does. */

import { openBench } from '../../../src/bench/open-bench.js'
import { output } from '../../../src/peripherals/index.js'

const how = process.argv[2]
const bench = await openBench({ pump: output({ line: 17 }) }, { driver: 'mock', signals: true })
bench.onLevel((_, level) => process.stdout.write(`${level}\n`))
bench.pump.pulse({ width: '1h' })
await new Promise<void>(resolve => bench.onLevel(() => resolve()))
if (how === 'throws') {
  queueMicrotask(() => {
    throw new RangeError('the program is broken')
  })
} else if (how === 'rejects') void Promise.reject(new RangeError('the program is broken'))
else process.kill(process.pid, how as NodeJS.Signals)
