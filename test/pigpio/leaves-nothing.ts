/** After every test of the tier: the library is terminated, and no wave is left. */

import { beforeEach, expect } from 'vitest'
import { standin } from './rig.js'

beforeEach(({ onTestFinished }) => {
  // Registered first, run last: after what the test itself does when it is finished.
  onTestFinished(() => {
    expect(standin.waves(), 'waves left after the test').toBe(0)
    expect(standin.running, 'the library still runs after the test').toBe(false)
  })
})
