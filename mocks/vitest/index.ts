/** `pi-worker/vitest`: matchers for the levels of lines, and tests that have a bench on the mock in virtual time. */

import './types.js'

export { forbidRealHardware } from '../../drivers/real-hardware.js'
export { type MockBenchOf, type MockBenchOptions, openMockBench } from '../open-bench.js'
export { type BenchFixtures, type BenchTestOptions, benchTest } from './bench-test.js'
export type { LevelSource, LineRef } from './lines.js'
export { matchers, type PulseExpectation } from './matchers.js'
export { expectNothingPending } from './pending.js'
export { putOnVirtualTime } from './user-time.js'
