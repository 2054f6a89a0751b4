import { describe, expect, it } from 'vitest'
import { type FakeIo, runMain, tempFile } from './setup.js'

/** A pump whose line is shorted to ground from 200 ms on: then it cannot be switched off. */
const SHORTED = `bench:
  pump: { type: output, line: GPIO17, activeLow: true }
plan:
  - pump.pulse: { width: 10s }
simulate:
  pump: { faults: [{ kind: stuck, level: low, from: 200ms }] }
`

describe('a run that ends in an emergency, with a pump that cannot be switched off', () => {
  it.each([
    ['uncaughtException', new RangeError('oops')],
    ['unhandledRejection', new RangeError('oops')],
    ['SIGINT', 'SIGINT'],
    ['SIGTERM', 'SIGTERM'],
  ])('%s: the exit code says that the hardware is not safe', async (event, value) => {
    const onOpen = (io: FakeIo): void => io.after(300, () => io.signals.emit(event, value))
    const { code, stderr } = await runMain(['run', tempFile(SHORTED), '--driver', 'mock'], { onOpen })
    expect(code).toBe(4)
    expect(stderr).toContain('ERR_NOT_SAFE')
    expect(stderr).toContain('COULD NOT BE MADE SAFE')
    if (value instanceof RangeError) expect(stderr).toContain('oops')
  })
})
