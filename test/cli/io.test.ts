import { describe, expect, it } from 'vitest'
import { Output } from '../../src/cli/io.js'
import { main } from '../../src/cli/program.js'
import { FakeIo, FakeStream } from './setup.js'

const failing = (code: string) => {
  const stream = new FakeStream()
  stream.onWrite = () => Object.assign(new TypeError(`write ${code}`), { code })
  return stream
}

describe('what is written', () => {
  it('is dropped when the reader went away, which is no failure', async () => {
    const output = new Output(failing('EPIPE'), {})
    output.write('a')
    await output.flush()
    output.write('b')
    await output.drained()
    expect(output.failure).toBeUndefined()
  })

  it('is known to have failed on a full disk', async () => {
    const output = new Output(failing('ENOSPC'), {})
    output.write('a')
    await output.flush()
    expect(output.failure).toMatchObject({ code: 'ENOSPC' })
  })

  it('waits for a slow reader', async () => {
    const stream = new FakeStream()
    let take = (): void => {}
    stream._write = (_chunk, _encoding, callback) => {
      take = callback
    }
    const output = new Output(stream, {})
    output.write('x'.repeat(100_000))
    let drained = false
    const waiting = output.drained().then(() => {
      drained = true
    })
    await new Promise(setImmediate)
    expect(drained).toBe(false)
    take()
    await waiting
  })

  it('fails the command when it could not be written', async () => {
    const io = new FakeIo()
    io.stdout.onWrite = () => Object.assign(new TypeError('no space left on device'), { code: 'ENOSPC' })
    expect(await main(['--version'], io)).toBe(2)
    expect(io.stderr.text).toContain('no space left on device')
  })

  it.each([
    ['on a terminal', true, {}, true],
    ['elsewhere', false, {}, false],
    ['on a terminal that has none', true, { TERM: 'dumb' }, false],
    ['with NO_COLOR', true, { NO_COLOR: '1' }, false],
    ['with an empty NO_COLOR', true, { NO_COLOR: '' }, true],
    ['with FORCE_COLOR', false, { FORCE_COLOR: '1' }, true],
    ['with FORCE_COLOR=0', true, { FORCE_COLOR: '0' }, false],
    ['with both', true, { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
  ])('has colours or not %s', (_where, terminal, env, colored) => {
    expect(new Output(new FakeStream(terminal), env).colored).toBe(colored)
  })
})
