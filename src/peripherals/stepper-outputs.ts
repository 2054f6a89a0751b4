/** What the lines of a stepper are in its safe state, as data. They switch no load: a motor that stands is as it should be. */

import type { OutputLine, Outputs } from '../bench/outputs.js'
import type { Wiring } from './step-drive.js'

export function stepperOutputs(wiring: Wiring, safe: 'hold' | 'release'): Outputs {
  const line = (line: number, safe: OutputLine['safe'], activeLow = false): OutputLine => {
    return { line, safe, activeLow, load: false }
  }
  if ('coils' in wiring) return { lines: wiring.coils.map(coil => line(coil, safe === 'hold' ? 'keep' : 'low')) }
  const { step, direction, enable, enableActiveLow } = wiring
  const lines = [line(step, 'low'), line(direction, 'keep')]
  if (enable === undefined) return { lines }
  const off = enableActiveLow ? 'high' : 'low'
  return { lines: [...lines, line(enable, safe === 'hold' ? 'keep' : off, enableActiveLow)] }
}
