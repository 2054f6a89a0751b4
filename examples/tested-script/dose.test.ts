/** The shortest test of a bench: the one in the README. */

import { output } from 'pi-worker'
import { benchTest } from 'pi-worker/vitest'
import { expect } from 'vitest'

benchTest({ pump: output({ line: 17 }) })('doses', async ({ bench }) => {
  await bench.pump.pulse({ width: '200ms' }).result()
  expect(bench).toHavePulsed('pump', { count: 1, width: '200ms' })
})
