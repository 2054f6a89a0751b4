import { expect } from 'vitest'
import { OUTPUTS } from './rig.js'
import { type Behave, refused, withCode } from './setup.js'

const [PUMP] = OUTPUTS

export function boardBehaviours(behave: Behave): void {
  behave('names its driver, and describes its chip for a person', async ({ rig, board }) => {
    expect(board.driver).toBe(rig.driver)
    expect(board.description.length).toBeGreaterThan(10)
  })

  behave('has the 28 lines of the header at least', async ({ board }) => {
    expect(Number.isInteger(board.lineCount)).toBe(true)
    expect(board.lineCount).toBeGreaterThanOrEqual(28)
  })

  behave('has a time of whole ns that starts with it and never goes back', async ({ rig, board }) => {
    const times = [board.now(), board.now()]
    await rig.pass(5)
    times.push(board.now())
    expect(times.every(time => Number.isInteger(time) && time >= 0)).toBe(true)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    expect((times[2] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(5e6)
  })

  behave(
    'finds a line by its own name',
    async ({ rig, board }) => {
      const { line, name } = rig.named ?? { line: Number.NaN, name: '' }
      expect(board.findLine(name)).toBe(line)
      expect(board.lineInfo(line).name).toBe(name)
    },
    'names',
  )

  behave('finds no line by a name that none has', async ({ board }) => {
    expect(board.findLine('NO_LINE_HAS_THIS')).toBeUndefined()
  })

  behave('says of a free line that nobody uses it', async ({ board }) => {
    expect(board.lineInfo(PUMP)).toMatchObject({ line: PUMP, used: false, consumer: undefined })
  })

  behave('says of a line that it holds who uses it and in which direction', async ({ board }) => {
    await board.request({ lines: [PUMP], settings: { direction: 'output' }, consumer: 'bench pump' })
    expect(board.lineInfo(PUMP)).toMatchObject({ used: true, consumer: 'bench pump', direction: 'output' })
  })

  behave('tells of no line that it has not', async ({ board }) => {
    for (const line of [board.lineCount, -1, 0.5]) {
      expect(() => board.lineInfo(line)).toThrow(withCode('ERR_UNKNOWN_LINE'))
    }
  })

  behave('answers nothing any more when it is closed', async ({ board }) => {
    await board.close()
    expect(() => board.lineInfo(PUMP)).toThrow(withCode('ERR_CLOSED'))
    await refused(board.request({ lines: [PUMP], settings: { direction: 'output' } }), 'ERR_CLOSED')
  })

  behave('can be closed twice', async ({ board }) => {
    await Promise.all([board.close(), board.close()])
    await expect(board.close()).resolves.toBeUndefined()
  })
}
