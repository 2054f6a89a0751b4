#!/usr/bin/env node
/** The executable: runs the command line of this process. */

import { SystemClock } from '../worker/clock.js'
import { main } from './program.js'

/** ns that the process may take to end by itself. */
const LAST_MOMENT = 2e9

// Not process.exit: whatever is still on its way to a pipe must arrive.
process.exitCode = await main(process.argv.slice(2))
// A function that was given up may hold the process open. The hardware is safe by now, and all that is to be said, said.
new SystemClock().after(LAST_MOMENT, () => process.exit(), { background: true })
