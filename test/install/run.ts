/** The install tier: the last line counts its tests, as that of the kernel tier does. */

import { runTier } from '../run-tier.js'

process.exitCode = await runTier(import.meta.dirname)
