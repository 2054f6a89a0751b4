/** Pulse sequences: what makes them, what changes them, what plays them. */

export { type MorseOptions, morse, type PulsesOptions, type PwmOptions, pulses, pwm } from './builders.js'
export { type CompileOptions, compile } from './compile.js'
export type { Evidence } from './evidence.js'
export { type PlayOptions, playPulses } from './play.js'
export { irNec, type NecOptions, type UartOptions, uart } from './protocols.js'
export { concat, durationNs, linesOfSequence, merge, repeat, type Sequence, type SequenceStep } from './sequence.js'
export { type StepRampOptions, stepRamp } from './step-ramp.js'
