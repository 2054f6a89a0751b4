/** Every built-in type of peripheral. One line here for each. */

import type { Definitions } from '../bench/definition.js'
import { ads1115 } from './ads1115.js'
import { bme280 } from './bme280.js'
import { button } from './button.js'
import { counter } from './counter.js'
import { dht } from './dht.js'
import { distance } from './distance.js'
import { ds18b20 } from './ds18b20.js'
import { encoder } from './encoder.js'
import { iio } from './iio.js'
import { input } from './input.js'
import { ir } from './ir.js'
import { mcp3008 } from './mcp3008.js'
import { motor } from './motor.js'
import { output } from './output.js'
import { pca9685 } from './pca9685.js'
import { pwm } from './pwm.js'
import { rgb } from './rgb.js'
import { sequence } from './sequence.js'
import { servo } from './servo.js'
import { stepper } from './stepper.js'

export { ads1115 } from './ads1115.js'
export { bme280 } from './bme280.js'
export { button } from './button.js'
export { counter } from './counter.js'
export { dht } from './dht.js'
export { distance } from './distance.js'
export { ds18b20 } from './ds18b20.js'
export { encoder } from './encoder.js'
export { iio } from './iio.js'
export { input } from './input.js'
export { ir } from './ir.js'
export { mcp3008 } from './mcp3008.js'
export { motor } from './motor.js'
export { output } from './output.js'
export { pca9685 } from './pca9685.js'
export { pwm } from './pwm.js'
export { rgb } from './rgb.js'
export { sequence } from './sequence.js'
export { servo } from './servo.js'
export { stepper } from './stepper.js'

/** By the type that bench files name. */
export const peripherals: Definitions = {
  output,
  pwm,
  motor,
  rgb,
  servo,
  stepper,
  input,
  bme280,
  pca9685,
  mcp3008,
  iio,
  ds18b20,
  ads1115,
  button,
  dht,
  counter,
  sequence,
  ir,
  encoder,
  distance,
}
