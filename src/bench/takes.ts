/** How long actions take, as their definitions tell before anything is done: what an estimate of a plan adds up. */

/** How long an action takes. */
export interface Takes {
  /** In ms. */
  readonly ms: number
  /** It takes just that long. Otherwise it is typical. */
  readonly exact: boolean
  /**
   * Of what waits for something from outside: `ms` is the least that it takes, and this the most; infinite where
   * nothing limits it.
   */
  readonly most?: number | undefined
}

/** What the actions before have left of a peripheral. */
export interface TakesContext {
  /** When the action begins, in ms since the bench was opened. */
  readonly now: number
  /**
   * What the hooks of the peripheral note for each other: where an axis stands. Empty when the bench has been opened;
   * NaN stands for what nobody can know any more.
   */
  readonly notes: Record<string, number>
  /** The same for times, as `now` has them: when a sensor was asked last. */
  readonly times: Record<string, number>
}

/** Done as soon as it is begun. */
export const AT_ONCE: Takes = { ms: 0, exact: true }

export function takesJust(ms: number): Takes {
  return { ms, exact: true }
}

export function takesAbout(ms: number): Takes {
  return { ms, exact: false }
}

/** Of a wait for something from outside. @param timeout Without it, nothing limits the wait. */
export function takesUpTo(timeout: number | undefined, least = 0): Takes {
  return { ms: Math.min(least, timeout ?? least), exact: true, most: timeout ?? Number.POSITIVE_INFINITY }
}

/** What is left of the pause that a sensor needs after it was asked, in ms. Notes that it is asked then. */
export function takesTurn({ now, times }: TakesContext, pauseMs: number): number {
  const { asked } = times
  // After what nobody could foretell, the pause is probably over.
  const wait = asked === undefined || Number.isNaN(asked) ? 0 : Math.max(0, asked + pauseMs - now)
  times.asked = now + wait
  return wait
}
