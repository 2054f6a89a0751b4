import { expect } from 'vitest'
import type { DriverName, LineRequest, LineSettings } from '../../drivers/driver.js'
import { formatLine } from '../../drivers/lines.js'
import { has } from './abilities.js'
import { INPUTS, OUTPUTS } from './rig.js'
import { type Behave, refused } from './setup.js'

const [LEVEL] = INPUTS
const [PUMP, LAMP] = OUTPUTS

const AT_PUMP = expect.stringContaining(formatLine(PUMP))
const OUTPUT: LineSettings = { direction: 'output' }
const INPUT: LineSettings = { direction: 'input' }

/** What no driver does, each with the code of its refusal. */
const NEVER: readonly (readonly [string, string, Partial<LineRequest>])[] = [
  ['a request without a line', 'ERR_BAD_OPTION', { lines: [] }],
  ['a request of more than 32 lines', 'ERR_BAD_OPTION', { lines: Array.from({ length: 33 }, (_, line) => line) }],
  ['a line that is named twice', 'ERR_BAD_OPTION', { lines: [PUMP, LAMP, PUMP] }],
  ['a line beyond the last one', 'ERR_UNKNOWN_LINE', { lines: [1000] }],
  ['a negative line', 'ERR_UNKNOWN_LINE', { lines: [-1] }],
  ['a part of a line', 'ERR_UNKNOWN_LINE', { lines: [1.5] }],
  ['a consumer that the kernel cannot hold', 'ERR_BAD_OPTION', { consumer: 'x'.repeat(32) }],
  ['a consumer with a zero in it', 'ERR_BAD_OPTION', { consumer: 'a\0b' }],
  ['an event buffer of nothing', 'ERR_BAD_OPTION', { eventBuffer: 0 }],
  ['a negative debounce', 'ERR_BAD_OPTION', { settings: { ...INPUT, debounceNs: -1 } }],
  ['a debounce that is no number', 'ERR_BAD_OPTION', { settings: { ...INPUT, debounceNs: Number.NaN } }],
  ['edges of no known kind', 'ERR_BAD_OPTION', { settings: { ...INPUT, edges: 'up' as 'rising' } }],
  ['a direction of no known kind', 'ERR_BAD_OPTION', { settings: { direction: 'sideways' as 'input' } }],
  ['edges of an output', 'ERR_UNSUPPORTED', { settings: { ...OUTPUT, edges: 'both' } }],
  ['debounce of an output', 'ERR_UNSUPPORTED', { settings: { ...OUTPUT, debounceNs: 1e6 } }],
]

/** Every refusal has a place and a remedy. */
const SAYS_WHERE = { place: expect.stringMatching(/./), remedy: expect.stringMatching(/./) }

export function refusalBehaviours(behave: Behave, driver: DriverName): void {
  for (const [what, code, request] of NEVER) {
    behave(
      `is ${what}: it names the place, no line is held then, and the next request is served`,
      async ({ board }) => {
        const error = await refused(board.request({ lines: [PUMP], settings: OUTPUT, ...request }), code)
        expect(error).toMatchObject(SAYS_WHERE)
        expect(board.lineInfo(PUMP).used).toBe(false)
        const handle = await board.request({ lines: [PUMP], settings: { ...OUTPUT, initial: 1 } })
        expect(handle.get()).toBe(1)
      },
    )
  }

  behave('is a line that somebody else of this process holds, and it names who', async ({ board }) => {
    const first = await board.request({ lines: [PUMP], settings: OUTPUT, consumer: 'the first' })
    const error = await refused(board.request({ lines: [PUMP], settings: INPUT }), 'ERR_LINE_BUSY')
    expect(error).toMatchObject({ ...SAYS_WHERE, message: expect.stringContaining('the first'), place: AT_PUMP })
    first.release()
    await board.request({ lines: [PUMP], settings: INPUT })
  })

  behave('is a busy line among free ones, which stay free', async ({ board }) => {
    const first = await board.request({ lines: [PUMP], settings: OUTPUT })
    await refused(board.request({ lines: [LAMP, PUMP], settings: OUTPUT }), 'ERR_LINE_BUSY')
    expect(board.lineInfo(LAMP).used).toBe(false)
    first.release()
    await board.request({ lines: [LAMP, PUMP], settings: OUTPUT })
  })

  behave(
    'is a line that another program holds, and it names that one; when it is let go, it can be had',
    async ({ rig, board }) => {
      const letGo = await rig.occupy(PUMP, 'stranger')
      const error = await refused(board.request({ lines: [PUMP], settings: OUTPUT }), 'ERR_LINE_BUSY')
      expect(error).toMatchObject({ ...SAYS_WHERE, message: expect.stringContaining('stranger'), place: AT_PUMP })
      await letGo()
      await expect(board.request({ lines: [PUMP], settings: OUTPUT })).resolves.toBeDefined()
    },
    'holders',
  )

  if (!has(driver, 'bias')) {
    behave('is a bias, and the error says which driver has it', async ({ board }) => {
      for (const bias of ['pull-up', 'pull-down', 'disabled'] as const) {
        const error = await refused(board.request({ lines: [LEVEL], settings: { ...INPUT, bias } }), 'ERR_UNSUPPORTED')
        expect(error).toMatchObject({ ...SAYS_WHERE, remedy: expect.stringContaining('gpiochip') })
      }
    })
  }

  if (!has(driver, 'drive')) {
    behave('is a drive other than push-pull, and the error says which driver has it', async ({ board }) => {
      for (const drive of ['open-drain', 'open-source'] as const) {
        const error = await refused(board.request({ lines: [PUMP], settings: { ...OUTPUT, drive } }), 'ERR_UNSUPPORTED')
        expect(error).toMatchObject({ ...SAYS_WHERE, remedy: expect.stringContaining('gpiochip') })
      }
    })
  }
}
