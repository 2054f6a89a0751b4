/** Which part simulates which type of peripheral. One line here for each part. */

import { ads1115Part } from './ads1115.js'
import { bme280Part } from './bme280.js'
import { buttonPart } from './button.js'
import { counterPart } from './counter.js'
import { dhtPart } from './dht.js'
import { distancePart } from './distance.js'
import { ds18b20Part } from './ds18b20.js'
import { encoderPart } from './encoder.js'
import { iioPart } from './iio.js'
import { inputPart } from './input.js'
import { irPart } from './ir.js'
import { mcp3008Part } from './mcp3008.js'
import { motorPart } from './motor.js'
import { outputPart } from './output.js'
import type { PartFactory } from './part.js'
import { pca9685Part } from './pca9685.js'
import { pwmPart } from './pwm.js'
import { rgbPart } from './rgb.js'
import { sequencePart } from './sequence.js'
import { servoPart } from './servo.js'
import { stepperPart } from './stepper.js'
import { stopLinePart } from './stop-line.js'

/** By the type of the peripheral; a type that is not here gets no part, and its lines are left to their pulls. */
export const parts: ReadonlyMap<string, PartFactory> = new Map([
  ['input', inputPart],
  ['output', outputPart],
  ['pwm', pwmPart],
  ['motor', motorPart],
  ['rgb', rgbPart],
  ['servo', servoPart],
  ['stepper', stepperPart],
  ['bme280', bme280Part],
  ['pca9685', pca9685Part],
  ['mcp3008', mcp3008Part],
  ['iio', iioPart],
  ['ds18b20', ds18b20Part],
  ['ads1115', ads1115Part],
  ['button', buttonPart],
  ['dht', dhtPart],
  ['counter', counterPart],
  ['sequence', sequencePart],
  ['ir', irPart],
  ['encoder', encoderPart],
  ['distance', distancePart],
  ['stop-line', stopLinePart],
])
