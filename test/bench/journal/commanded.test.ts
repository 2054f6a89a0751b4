import { describe, expect, it } from 'vitest'
import { MockBoard } from '../../../mocks/board.js'
import { CommandedLines } from '../../../src/bench/journal/commanded.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'

function stage() {
  const clock = new VirtualClock()
  const board = new MockBoard({ clock })
  let changes = 0
  const lines = new CommandedLines(
    board,
    line => `line${line}`,
    () => changes++,
  )
  return { clock, board, lines, changes: () => changes }
}

const OUTPUT = { direction: 'output' } as const

describe('what lines were last told', () => {
  it('begins with the level at the request, physical and of outputs only', async () => {
    const { lines } = stage()
    await lines.request({ lines: [17, 18], settings: { ...OUTPUT, initial: 0b10 } })
    await lines.request({ lines: [22], settings: { ...OUTPUT, activeLow: true } })
    await lines.request({ lines: [4], settings: { direction: 'input' } })
    expect(lines.commands()).toEqual({ line17: 'low', line18: 'high', line22: 'high' })
  })

  it('follows what is set, line by line', async () => {
    const { lines, board } = stage()
    const handle = await lines.request({ lines: [17, 18], settings: OUTPUT })
    handle.set(0b11)
    handle.set(0b00, 0b01)
    expect(lines.commands()).toEqual({ line17: 'low', line18: 'high' })
    expect([board.level(17), board.level(18), handle.get()]).toEqual(['low', 'high', 0b10])
  })

  it('is what was told, although the line is held by something stronger', async () => {
    const { lines, board } = stage()
    const handle = await lines.request({ lines: [17], settings: OUTPUT })
    board.drive(17, 'low')
    handle.set(1)
    expect(lines.commands()).toEqual({ line17: 'high' })
  })

  it('follows a line that becomes an output and an input again', async () => {
    const { lines } = stage()
    const handle = await lines.request({ lines: [4], settings: { direction: 'input' } })
    handle.reconfigure({ ...OUTPUT, initial: 1 })
    const as = lines.commands()
    handle.reconfigure({ direction: 'input' })
    expect([as, lines.commands()]).toEqual([{ line4: 'high' }, {}])
  })

  it('is PWM until something else is told; a steady duty is a level', async () => {
    const { lines } = stage()
    const handle = await lines.request({ lines: [17], settings: OUTPUT })
    const said: unknown[] = []
    handle.pwm?.(17, { frequency: 100, duty: 0.3 })
    said.push(lines.commands().line17)
    handle.pwm?.(17, { frequency: 100, duty: 1 })
    said.push(lines.commands().line17)
    handle.pwm?.(17, { frequency: 100, duty: 0.5 })
    handle.set(0)
    said.push(lines.commands().line17)
    expect(said).toEqual(['pwm', 'high', 'low'])
  })

  it('is pulses while they play, and then where they ended', async () => {
    const { lines, clock } = stage()
    const handle = await lines.request({ lines: [17, 18], settings: OUTPUT })
    const playing = handle.play({
      steps: [
        { values: 1, mask: 1, ns: 1e6 },
        { values: 1, mask: 1, ns: 1e6 },
      ],
    })
    const during: unknown[] = []
    clock.after(5e5, () => during.push(lines.commands()))
    await playing
    expect([during, lines.commands()]).toEqual([
      [{ line17: 'pulses', line18: 'low' }],
      { line17: 'high', line18: 'low' },
    ])
  })

  it('is that they were let go', async () => {
    const { lines } = stage()
    const handle = await lines.request({ lines: [17], settings: OUTPUT })
    handle.release()
    const free = lines.commands()
    await lines.request({ lines: [17], settings: { ...OUTPUT, initial: 1 } })
    expect([free, lines.commands()]).toEqual([{ line17: 'released' }, { line17: 'high' }])
  })

  it('is told of once, until it has been looked at', async () => {
    const { lines, changes } = stage()
    const handle = await lines.request({ lines: [17], settings: OUTPUT })
    lines.commands()
    const before = changes()
    for (let round = 0; round < 10; round++) handle.set(round & 1)
    const once = changes() - before
    lines.commands()
    handle.set(1) // as it is
    expect([once, changes() - before]).toEqual([1, 1])
  })
})
