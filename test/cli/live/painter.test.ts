import { describe, expect, it } from 'vitest'
import { Painter } from '../../../src/cli/live/painter.js'
import { FakeTerminal } from './screen.js'

function setup(columns = 20) {
  const terminal = new FakeTerminal(columns)
  terminal.write('$ pi-worker run\n')
  terminal.writes = 0
  const painter = new Painter(text => terminal.write(text))
  return { terminal, painter }
}

describe('the painter', () => {
  it('draws each frame over the one before, in one write', () => {
    const { terminal, painter } = setup()
    painter.paint(['one', 'two', 'three'])
    painter.paint(['1', 'two', '3'])
    expect(terminal.lines).toEqual(['$ pi-worker run', '1', 'two', '3'])
    expect(terminal.writes).toBe(2)
  })

  it('leaves nothing of lines that there are no more', () => {
    const { terminal, painter } = setup()
    painter.paint(['one', 'two', 'three'])
    painter.paint(['one'])
    expect(terminal.lines).toEqual(['$ pi-worker run', 'one'])
    painter.paint(['one', 'two'])
    expect(terminal.lines).toEqual(['$ pi-worker run', 'one', 'two'])
  })

  it('writes nothing at all for a frame that is the same', () => {
    const { terminal, painter } = setup()
    painter.paint(['one', 'two'])
    painter.paint(['one', 'two'])
    expect(terminal.writes).toBe(1)
  })

  it('sends no line again that has not changed', () => {
    const { terminal, painter } = setup()
    painter.paint(['one', 'two'])
    const before = terminal.text.length
    painter.paint(['one', '2'])
    expect(terminal.text.slice(before)).not.toContain('one')
  })

  it('puts text that stays above the lines', () => {
    const { terminal, painter } = setup()
    painter.paint(['one', 'two'])
    painter.above('look\nhere\n')
    painter.paint(['1', 'two'])
    expect(terminal.lines).toEqual(['$ pi-worker run', 'look', 'here', '1', 'two'])
  })

  it('hides the cursor while there are lines, and shows it at the end', () => {
    const { terminal, painter } = setup()
    expect(terminal.cursorShown).toBe(true)
    painter.paint(['one'])
    expect(terminal.cursorShown).toBe(false)
    painter.end()
    expect({ shown: terminal.cursorShown, lines: terminal.lines }).toEqual({ shown: true, lines: ['$ pi-worker run'] })
  })

  it('writes nothing at an end without a beginning', () => {
    const { terminal, painter } = setup()
    painter.end()
    expect(terminal.writes).toBe(0)
  })

  it('never lets a line go over into the next one, and lets others do so', () => {
    const { terminal, painter } = setup(5)
    painter.paint(['a line that is wider', 'two'])
    expect(terminal.lines.at(-1)).toBe('two')
    expect(terminal.wraps).toBe(true)
  })

  it('goes up over the lines that a narrower terminal has broken', () => {
    const { terminal, painter } = setup(40)
    painter.paint(['x'.repeat(39), 'short'])
    const before = terminal.text.length
    painter.resized(20)
    expect(terminal.text.slice(before)).toBe('\r\u001b[2A\u001b[J')
  })
})
