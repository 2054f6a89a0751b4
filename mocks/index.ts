/** `pi-worker/mocks`: simulated hardware and virtual time. */

export {
  parseRecording,
  type RecordedChange,
  RecordedSignal,
  Recording,
  readRecording,
} from '../src/records/recording.js'
export { VirtualClock, type VirtualClockOptions } from '../src/worker/virtual-clock.js'
export { MockBoard, type MockBoardOptions } from './board.js'
export * from './buses/index.js'
export { MockDriver, type MockDriverOptions, mockDriver } from './driver.js'
export { type MockBenchOf, type MockBenchOptions, openMockBench } from './open-bench.js'
export type { OutsideDriver, OutsideLevel } from './outside.js'
export { Ads1115Part, ads1115Part } from './parts/ads1115.js'
export { Bme280Part, bme280Part } from './parts/bme280.js'
export { Ds18b20Part, ds18b20Part } from './parts/ds18b20.js'
export { IioPart, iioPart } from './parts/iio.js'
export { parts } from './parts/index.js'
export { type InputSimulation, InputSource, inputPart } from './parts/input.js'
export { Mcp3008Part, mcp3008Part } from './parts/mcp3008.js'
export { BridgeMotor, type BridgeState, motorPart } from './parts/motor.js'
export { Load, outputPart } from './parts/output.js'
export type { Part, PartContext, PartFactory } from './parts/part.js'
export { Pca9685Part, type PwmChannel, type PwmChannelListener, pca9685Part } from './parts/pca9685.js'
export { PwmLoad, pwmPart } from './parts/pwm.js'
export { RgbLed, rgbPart } from './parts/rgb.js'
export { ServoArm, type ServoSimulation, servoPart } from './parts/servo.js'
export { StepperMotor, type StepperSimulation, stepperPart } from './parts/stepper.js'
export type { Violation } from './parts/stepper-decoders.js'
export { Random } from './random.js'
export { type ReplayOptions, replay } from './replay.js'
export { type ReplaySimulation, replayPart } from './replay-part.js'
export { type ScenarioValue, scenarioOf } from './scenario.js'
export { type LevelChange, Trace } from './trace.js'
export type { Contention, ContentionListener } from './wires.js'
