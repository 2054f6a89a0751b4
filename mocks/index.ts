/** `pi-worker/mocks`: simulated hardware and virtual time. */

export { VirtualClock, type VirtualClockOptions } from '../src/worker/virtual-clock.js'
export { MockBoard, type MockBoardOptions } from './board.js'
export * from './buses/index.js'
export { MockDriver, type MockDriverOptions, mockDriver } from './driver.js'
export type { OutsideDriver, OutsideLevel } from './outside.js'
export { parts } from './parts/index.js'
export { type InputSimulation, InputSource, inputPart } from './parts/input.js'
export { Load, outputPart } from './parts/output.js'
export type { Part, PartContext, PartFactory } from './parts/part.js'
export { Random } from './random.js'
export {
  parseRecording,
  type RecordedChange,
  type Recording,
  type ReplayOptions,
  readRecording,
  replay,
} from './replay.js'
export { type LevelChange, Trace } from './trace.js'
export type { Contention, ContentionListener } from './wires.js'
