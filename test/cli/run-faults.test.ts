/** What the hardware can do to a run: for that, the tests lay a hand on the bench before its first task. */

import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { MockBoard } from '../../mocks/board.js'
import { Bench } from '../../src/bench/bench.js'
import { PiWorkerError } from '../../src/errors.js'
import { planFile, runMain, tempFile } from './setup.js'

let tamper: (bench: Bench, board: MockBoard) => void

beforeEach(() => {
  const first = vi.spyOn(Bench.prototype, 'call').mockImplementation(function (this: Bench, ...args) {
    first.mockRestore()
    tamper(this, this.board as MockBoard)
    return this.call(...args)
  })
  onTestFinished(() => first.mockRestore())
})

/** Runs these steps on the mock driver, whose bench is tampered with before they begin. */
async function runTampered(steps: string, how: typeof tamper) {
  tamper = how
  const outcome = await runMain(['run', planFile(steps), '--driver', 'mock', '--virtual', '--json'])
  return { ...outcome, json: JSON.parse(outcome.stdout) }
}

const cannot = () => {
  throw new PiWorkerError('ERR_IO', 'the relay is welded')
}

describe('a chip that vanishes in the middle of a run', () => {
  const vanish: typeof tamper = (bench, board) => void bench.clock.after(500e6, () => board.unplug())
  const argv = ['--driver', 'mock', '--virtual']

  it('ends a wait for an input with exit 3', async () => {
    tamper = vanish
    const file = tempFile(
      'bench: { level: { type: input, line: 4 } }\nplan: [ level.waitFor: { edge: falling, timeout: 9s } ]',
    )
    const { code, stdout, stderr } = await runMain(['run', file, ...argv])
    expect(code).toBe(3)
    expect(stderr).toContain('ERR_CHIP_GONE')
    expect(stderr).toContain(`${file}:2:9`)
    expect(stdout).toContain('failed: 1 task in 500 ms')
  })

  it('leaves an output that nobody can make safe any more, and that goes before everything else', async () => {
    tamper = vanish
    const { code, stderr } = await runMain(['run', planFile('- pump.pulse: { width: 9s }'), ...argv])
    expect(code).toBe(4)
    expect(stderr).toMatch(/error ERR_NOT_SAFE: pump could not be made safe: .* has vanished/)
    expect(stderr.match(/^error /gm)).toHaveLength(1)
  })
})

describe('a peripheral that cannot be made safe', () => {
  it('at the end of a run that went well gives exit 4, and the run has failed', async () => {
    const { code, json, stderr } = await runTampered('- pump.on', bench => {
      bench.peripheral('pump').queue.configure({ safe: cannot })
    })
    expect(code).toBe(4)
    expect(json).toMatchObject({
      outcome: 'failed',
      tasks: [{ name: 'pump.on', state: 'succeeded' }],
      error: { code: 'ERR_NOT_SAFE', message: expect.stringContaining('the relay is welded'), place: 'pump' },
    })
    expect(stderr).toContain('Cut the power of the load by hand')
  })

  it('goes before the failure that ended the plan, which is told too', async () => {
    const steps = '- pump.on\n- level.waitFor: { edge: falling, timeout: 1s }'
    const { code, json, stderr } = await runTampered(steps, bench => {
      bench.peripheral('pump').queue.configure({ safe: cannot })
    })
    expect(code).toBe(4)
    expect(json.error.code).toBe('ERR_NOT_SAFE')
    expect(stderr.indexOf('ERR_NOT_SAFE')).toBeLessThan(stderr.indexOf('ERR_NO_EDGE'))
    expect(stderr).toContain('pump COULD NOT BE MADE SAFE')
  })

  it('is not waited for without end', async () => {
    const { code, json } = await runTampered('- pump.on', bench => {
      bench.peripheral('pump').queue.configure({ safe: () => new Promise(() => {}) })
    })
    expect(code).toBe(4)
    expect(json.error.message).toContain('longer than 2000 ms')
  })
})

describe('an action that does not stop', () => {
  it('is given up after its grace: exit 1, its outcome unknown, its queue quarantined, its line safe', async () => {
    let level: unknown
    const { code, json, stderr } = await runTampered(
      '- parallel: [ pump.on, { level.waitFor: { edge: falling, timeout: 1s } } ]',
      (bench, board) => {
        const { queue } = bench.peripheral('pump')
        const call = bench.call.bind(bench)
        bench.call = (peripheral, action, input, options) =>
          peripheral === 'pump'
            ? bench.worker.submit(() => new Promise(() => {}), { on: queue, name: 'pump.on' })
            : call(peripheral, action, input, options)
        bench.clock.after(7e9, () => {
          level = board.level(17)
        })
      },
    )
    expect(code).toBe(1)
    expect(json).toMatchObject({
      outcome: 'failed',
      tasks: [
        { name: 'pump.on', state: 'indeterminate', code: 'ERR_ABANDONED' },
        { name: 'level.waitFor', state: 'failed' },
      ],
      error: { code: 'ERR_NO_EDGE' },
    })
    expect(stderr).toContain('pump is quarantined')
    expect(level).toBe(undefined)
  })
})

describe('a trace that cannot be written to its end', () => {
  it('fails a run that went well', async () => {
    tamper = () => {}
    const argv = ['run', planFile('- pump.on'), '--driver', 'mock', '--virtual']
    const { code, stderr, stdout } = await runMain([...argv, '--trace', '/dev/full'])
    expect(code).toBe(2)
    expect(stderr).toContain('the disk is full')
    expect(stdout).toContain('Test failed: 1 task')
  })
})
