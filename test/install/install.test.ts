/** The packed package in an empty folder: with everything, without a compiler, without scripts, without options. */

import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { InstallFolder, pack } from './folder.js'

const scratch = mkdtempSync(join(tmpdir(), 'pi-worker-pack-'))
let tarball = ''
beforeAll(() => {
  tarball = pack(scratch)
})
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

interface Case {
  readonly name: string
  readonly flags: readonly string[]
  readonly withCompiler: boolean
  /** Packages that could not be had. */
  readonly without: readonly string[]
}

const CASES: readonly Case[] = [
  { name: 'without a compiler', flags: [], withCompiler: false, without: ['epoll'] },
  { name: 'with --ignore-scripts', flags: ['--ignore-scripts'], withCompiler: true, without: [] },
  // With a compiler koffi would make itself a binary.
  { name: 'with --omit=optional', flags: ['--omit=optional'], withCompiler: false, without: ['onoff', 'koffi'] },
]

describe.each(CASES)('an install $name', ({ name, flags, withCompiler, without }) => {
  const folder = new InstallFolder({ withCompiler })
  const hasKoffi = !without.includes('koffi')
  beforeAll(async () => {
    const { code, stderr } = await folder.install(tarball, ...flags)
    expect([code, stderr.includes('npm error')]).toEqual([0, false])
  })
  afterAll(() => folder.remove())

  test('runs a plan on the mock driver', async () => {
    const { code, stdout } = await folder.piWorker('run', folder.example, '--driver', 'mock', '--virtual', '--json')
    expect([code, JSON.parse(stdout).outcome]).toEqual([0, 'succeeded'])
  })

  test('can be imported by each of its names', async () => {
    const program = `
      const { openBench, output } = await import('pi-worker')
      const { openBoard } = await import('pi-worker/drivers')
      const { VirtualClock } = await import('pi-worker/mocks')
      const bench = await openBench({ lamp: output({ line: 17 }) }, { driver: 'mock', clock: new VirtualClock() })
      const { achieved } = await bench.lamp.pulse({ width: '1h' }).result()
      await bench.close()
      console.log(typeof openBoard, achieved)`
    expect(await folder.program(program)).toEqual({ code: 0, stdout: 'function 3600000\n', stderr: '' })
  })

  test(hasKoffi ? 'reaches the kernel with gpiochip' : 'says what gpiochip is missing', async () => {
    const program = `
      const { openBoard } = await import('pi-worker/drivers')
      const { SystemClock } = await import('pi-worker')
      const chip = '/dev/null'
      const error = await openBoard({ driver: 'gpiochip', chip, clock: new SystemClock() }).catch(error => error)
      console.log(error.code, error.details.package ?? error.details.errno)`
    // /dev/null is opened and asked which chip it is: only a kernel that was reached answers that it is none.
    const expected = hasKoffi ? 'ERR_UNKNOWN_CHIP ENOTTY\n' : 'ERR_DRIVER_MISSING koffi\n'
    expect((await folder.program(program)).stdout).toBe(expected)
  })

  test('has a doctor that says what is missing, and how it is had', async () => {
    const { code, stdout } = await folder.piWorker('doctor', '--json')
    const checks: { name: string; state: string; finding: string; mend: string | null }[] = JSON.parse(stdout).checks
    const packages = checks.find(check => check.name === 'packages')
    expect(code).toBeGreaterThanOrEqual(1)
    // First come those that are there, `koffi, onoff`, and then each that is not, with its reason.
    const missing = packages?.finding.split('; ').filter(part => / is not installed| has no binary/.test(part))
    for (const name of without) {
      expect(missing).toContainEqual(
        expect.stringMatching(new RegExp(`^${name} (is not installed|has no binary) \\(.*npm `)),
      )
    }
    if (hasKoffi) return
    const commands = checks.filter(check => check.mend === 'npm install --include=optional')
    // What mends several things is said once, where it is met first.
    expect(commands).toHaveLength(1)
    expect(checks.find(check => check.name === 'gpiochip')).toMatchObject({ finding: expect.stringContaining('koffi') })
  })

  test('leaves no addon that does not fit', () => {
    const compiled = join(folder.path, 'node_modules/epoll/build/Release/epoll.node')
    expect([name, existsSync(compiled)]).toEqual([name, false])
  })
})
