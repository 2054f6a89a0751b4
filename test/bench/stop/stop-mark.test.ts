import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { MockDriver } from '../../../mocks/driver.js'
import { openBench } from '../../../src/bench/open-bench.js'
import { StopMark, stopMarks } from '../../../src/bench/stop/stop-mark.js'
import { output } from '../../../src/peripherals/index.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'
import { FakeFolder } from '../journal/fake-folder.js'
import { failureOf } from '../setup.js'

const ACK = { acknowledge: 'Ann: the hose is mended' }
let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pi-worker-run-'))
  vi.stubEnv('PI_WORKER_RUN_FOLDER', folder)
  return () => {
    vi.unstubAllEnvs()
    chmodSync(folder, 0o700)
    rmSync(folder, { recursive: true, force: true })
  }
})

/** A bench with a journal, as on real lines. */
async function dose(options: object = {}, driver = new MockDriver()) {
  const specs = { pump: output({ line: 17, activeLow: true }) }
  const bench = await openBench(specs, { driver, name: 'Dose it', journal: { folder: new FakeFolder() }, ...options })
  onTestFinished(() => bench.close({ abort: true }).catch(() => undefined))
  return bench
}

async function stoppedAndGone(): Promise<void> {
  const bench = await dose()
  await bench.stop('smoke', { by: 'Ann' })
  await bench.close()
}

describe('a stop that was not reset', () => {
  it('keeps the next bench of that name from opening, and says who, when, why and what to do', async () => {
    await stoppedAndGone()
    expect(await failureOf(dose())).toMatchObject({
      code: 'ERR_STOPPED',
      message: expect.stringMatching(
        /^Dose-it was stopped by Ann at 20\d\d-\d\d-\d\dT[\d:.]+Z: smoke; it has not been reset$/,
      ),
      place: join(folder, 'stopped-Dose-it.json'),
      remedy: expect.stringContaining("pi-worker reset Dose-it --acknowledge 'who lets it go on, and why'"),
      details: { by: 'Ann', reason: 'smoke' },
    })
  })

  it('is met after the outputs have been put into their safe states', async () => {
    await stoppedAndGone()
    const driver = new MockDriver()
    const open = vi.spyOn(driver, 'open')
    await failureOf(dose({}, driver))
    const board = await open.mock.results[0]!.value
    expect([...board.trace.of(17)].map(({ level }) => level)).toContain('high')
  })

  it('is there as soon as the call returns, for a program that dies then', async () => {
    const bench = await dose()
    void bench.stop('smoke')
    expect(existsSync(join(folder, 'stopped-Dose-it.json'))).toBe(true)
  })

  it('does not concern a bench of another name', async () => {
    await stoppedAndGone()
    await expect(dose({ name: 'other' })).resolves.toBeDefined()
  })

  it('is over with the reset of its bench', async () => {
    const bench = await dose()
    await bench.stop('smoke')
    await bench.reset(ACK)
    await bench.close()
    expect(readdirSync(folder)).toEqual([])
    await expect(dose()).resolves.toBeDefined()
  })

  it('of which the first is told, when there were several', async () => {
    const bench = await dose()
    await bench.stop('smoke', { by: 'Ann' })
    await bench.stop('fire', { by: 'Bob' })
    expect(stopMarks(folder)).toMatchObject([{ name: 'Dose-it', reason: 'smoke', by: 'Ann' }])
  })

  it('is none of a rehearsal: on the mock without a journal, or in virtual time', async () => {
    for (const options of [{ journal: undefined }, { clock: new VirtualClock() }]) {
      const bench = await dose(options)
      await bench.stop('smoke')
      await bench.close()
    }
    expect(readdirSync(folder)).toEqual([])
  })

  it.each(['', '{"reason":', '{"reason":1}', '[]', 'null'])('counts when its file says %j', text => {
    writeFileSync(join(folder, 'stopped-dose.json'), text)
    expect(new StopMark('dose', folder).read()).toMatchObject({ by: 'somebody', since: null })
  })
})

it('a folder that others may write to tells nobody that nothing was stopped', async () => {
  await stoppedAndGone()
  chmodSync(folder, 0o777)
  for (const look of [() => stopMarks(folder), () => new StopMark('Dose it', folder).read()]) {
    expect(look).toThrow(expect.objectContaining({ code: 'ERR_PERMISSION', place: folder }))
  }
})

it('a stop that cannot be remembered says so, and is one all the same', async () => {
  const bench = await dose()
  chmodSync(folder, 0o755)
  expect(await failureOf(bench.stop('smoke'))).toMatchObject({ code: 'ERR_PERMISSION', place: folder })
  expect(bench.stopped?.reason).toBe('smoke')
})
