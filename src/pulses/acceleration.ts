/** Motion with constant acceleration, in steps. */

/**
 * When so many steps are behind, in s: from s = v0 t + a t² / 2 follows t = (√(v0² + 2 a s) − v0) / a.
 * It is exact for every step, where the usual approximations of the interval (D. Austin, "Generate stepper-motor speed
 * profiles in real time", 2004; Atmel AVR446) are not.
 * @param startSpeed In steps a second, 0 or more.
 * @param acceleration In steps a second, each second, above 0.
 */
export function secondsTo(steps: number, startSpeed: number, acceleration: number): number {
  return (speedAfter(steps, startSpeed, acceleration) - startSpeed) / acceleration
}

/** The speed after so many steps, in steps a second: √(v0² + 2 a s). */
export function speedAfter(steps: number, startSpeed: number, acceleration: number): number {
  return Math.sqrt(startSpeed ** 2 + 2 * acceleration * steps)
}

/** How many steps it takes from one speed to a higher one; not a whole number. */
export function stepsBetween(startSpeed: number, speed: number, acceleration: number): number {
  return (speed ** 2 - startSpeed ** 2) / (2 * acceleration)
}
