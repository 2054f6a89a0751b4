/** A run says of each fault of its plan whether it struck: one that never did has tested nothing. */

import { describe, expect, it } from 'vitest'
import { runMain, tempFile } from './setup.js'

const BENCH = `name: Test
bench:
  key: { type: button, line: GPIO4 }
  air: { type: bme280 }
  pump: { type: output, line: GPIO17 }
`
const planWith = (steps: string, simulate: string): string =>
  tempFile(`${BENCH}plan: ${steps}\nsimulate:\n${simulate.replace(/^/gm, '  ')}\n`)

async function run(steps: string, simulate: string, ...flags: string[]) {
  return await runMain(['run', planWith(steps, simulate), '--driver', 'mock', '--virtual', ...flags])
}
const faultLines = (stdout: string) => stdout.split('\n').filter(line => line.startsWith('fault '))

describe('a run with faults', () => {
  it('says how often each struck, after everything else', async () => {
    const { code, stdout, stderr } = await run(
      '[ key.waitForRelease: { timeout: 5s }, { wait: 3s }, air.read: { attempts: 100 } ]',
      `key: { presses: [{ at: 1s, for: 200ms }, { at: 2s, for: 200ms }], faults: [{ kind: bounce, within: 1ms }] }
air: { faults: [{ kind: nack, for: 1s }, { kind: late, by: 1us, from: 1h }] }`,
    )
    expect(code, stderr).toBe(0)
    expect(stdout.trimEnd().split('\n').slice(-3)).toEqual([
      'fault bounce of key: struck 4 times',
      'fault nack of air: never struck',
      'fault late of air: never struck',
    ])
  })

  it('counts a fault that lasts once', async () => {
    const { stdout } = await run(
      '[ wait: 2s, key.read, air.read ]',
      `key: { faults: [{ kind: unplugged, from: 1s, for: 100ms }, { kind: stuck, level: low, line: line, from: 1s }] }
air: { faults: [{ kind: brown-out, from: 1s, for: 100ms }] }`,
    )
    expect(faultLines(stdout)).toEqual([
      'fault unplugged of key: struck once',
      'fault stuck of key (line): struck once',
      'fault brown-out of air: struck once',
    ])
  })

  it('tells two of one kind apart', async () => {
    const { stdout } = await run(
      '[ wait: 1s, air.read: { attempts: 100 } ]',
      'air: { faults: [{ kind: nack, probability: 0 }, { kind: nack, from: 1h }] }',
    )
    expect(faultLines(stdout)).toEqual([
      'fault nack of air (faults[0]): never struck',
      'fault nack of air (faults[1]): never struck',
    ])
  })

  it('says that one cannot have struck where it has no effect', async () => {
    const { stdout } = await run('[ pump.on ]', 'pump: { faults: [{ kind: bounce }] }')
    expect(faultLines(stdout)).toEqual(['fault bounce of pump: never struck'])
  })

  it('says it when the run fails, too', async () => {
    const { code, stdout } = await run('[ air.read: { attempts: 2 } ]', 'air: { faults: [{ kind: nack }] }')
    expect(code).toBe(1)
    expect(faultLines(stdout)[0]).toMatch(/^fault nack of air: struck \d+ times$/)
  })

  it('says it in JSON', async () => {
    const { stdout } = await run(
      '[ wait: 1s, key.read ]',
      'key: { faults: [{ kind: unplugged, line: line, for: 1ms }, { kind: glitch, from: 1h }] }',
      '--json',
    )
    expect(JSON.parse(stdout).faults).toEqual([
      { peripheral: 'key', kind: 'unplugged', line: 'line', struck: 1 },
      { peripheral: 'key', kind: 'glitch', line: null, struck: 0 },
    ])
  })
})

describe('a run without faults', () => {
  it('says nothing of them', async () => {
    expect(faultLines((await run('[ pump.on ]', 'key: {}')).stdout)).toEqual([])
  })

  it('says nothing of them in JSON', async () => {
    expect(JSON.parse((await run('[ pump.on ]', 'key: {}', '--json')).stdout)).not.toHaveProperty('faults')
  })
})
