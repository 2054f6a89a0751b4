import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { planFile, runMain, tempFile, tempFolder } from './setup.js'

const DOSE = 'examples/dose-until-full.yaml'
const MOCK = ['--driver', 'mock', '--virtual']

describe('pi-worker run', () => {
  it('runs a plan on simulated hardware and shows each task with its result', async () => {
    const { code, stdout, stderr } = await runMain(['run', DOSE, ...MOCK])
    expect(code).toBe(0)
    expect(stderr.split('\n')).toEqual([
      'driver: mock on simulated /dev/gpiochip0 (pinctrl-bcm2711, 58 lines): it was asked for',
      '    0.200 s  pump.pulse succeeded in 200 ms  requested=200 achieved=200',
      '    2.200 s  pump.pulse succeeded in 200 ms  requested=200 achieved=200',
      '    4.200 s  pump.pulse succeeded in 200 ms  requested=200 achieved=200',
      '    7.005 s  level.waitFor succeeded in 2.81 s  edge=falling level=low time=7005000000 waited=2805',
      '',
    ])
    expect(stdout.match(/pump\.pulse .*succeeded .*requested=200/g)).toHaveLength(3)
    expect(stdout).toContain('Dose until full succeeded: 4 tasks in 7.00 s\n')
  })

  it('tells on a terminal when a task starts, too', async () => {
    const { stderr } = await runMain(['run', DOSE, ...MOCK], { terminal: true, env: { NO_COLOR: '1' } })
    expect(stderr).toContain('    2.000 s  pump.pulse …\n    2.200 s  pump.pulse succeeded')
  })

  it('is in colour on a terminal', async () => {
    const { stdout } = await runMain(['run', DOSE, ...MOCK], { terminal: true })
    expect(stdout).toContain('\u001b[32msucceeded\u001b[39m')
  })

  it('says more about the driver and the lines when that was asked for', async () => {
    const { stderr } = await runMain(['run', DOSE, ...MOCK, '--verbose'])
    expect(stderr).toContain('lines: GPIO17 is pump, GPIO4 is level')
    expect(stderr).toContain('times kernel-ns')
  })

  it('takes the name that a chip is to have', async () => {
    const { stderr } = await runMain(['run', DOSE, ...MOCK, '--chip', '/dev/gpiochip4'])
    expect(stderr).toContain('/dev/gpiochip4')
  })

  it('counts rounds that started late', async () => {
    const file = planFile('- repeat: 3\n  every: 100ms\n  do: [ { pump.pulse: { width: 150ms } } ]')
    expect((await runMain(['run', file, ...MOCK])).stdout).toContain('3 tasks in 450 ms; 2 rounds started late')
  })

  it('listens to no signals any more when it is over', async () => {
    expect((await runMain(['run', DOSE, ...MOCK])).io.listeners).toBe(0)
  })

  it('leaves nothing that could still happen', async () => {
    const { io } = await runMain(['run', DOSE, '--driver', 'mock'])
    const end = io.clock.now()
    await io.clock.idle()
    expect(io.clock.now()).toBe(end)
  })
})

describe('pi-worker run --json', () => {
  it('prints one object on standard output, and nothing else', async () => {
    const { code, stdout } = await runMain(['run', DOSE, ...MOCK, '--json'])
    expect(code).toBe(0)
    expect(stdout.endsWith('\n')).toBe(true)
    const result = JSON.parse(stdout)
    expect(Object.keys(result)).toEqual(['name', 'outcome', 'tasks', 'counts', 'record'])
    expect(result).toMatchObject({ name: 'Dose until full', outcome: 'succeeded' })
    expect(result.tasks).toHaveLength(4)
    expect(result.tasks[3]).toEqual({
      id: expect.stringMatching(/^[\w-]{21}$/),
      name: 'level.waitFor',
      state: 'succeeded',
      startedAt: '2000-01-01T00:00:04.200Z',
      runningAt: '2000-01-01T00:00:04.200Z',
      finishedAt: '2000-01-01T00:00:07.005Z',
      elapsed: 2805,
      waited: 0,
      ran: 2805,
      result: { edge: 'falling', level: 'low', time: 7_005_000_000, waited: 2805 },
      error: null,
      code: null,
    })
  })

  it('has hundreds of tasks in the order of their creation', async () => {
    const file = planFile('- repeat: 300\n  do: [ pump.on, pump.off ]')
    const { tasks } = JSON.parse((await runMain(['run', file, ...MOCK, '--json'])).stdout)
    expect(tasks).toHaveLength(600)
    expect(tasks.every(({ name }: { name: string }, n: number) => name === (n % 2 ? 'pump.off' : 'pump.on'))).toBe(true)
  })

  it('has the error of a task, and the error and place that ended the plan', async () => {
    const file = planFile('- pump.on\n- level.waitFor: { edge: falling, timeout: 2s }\n- pump.off')
    const { code, stdout } = await runMain(['run', file, ...MOCK, '--json'])
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: 'failed',
      tasks: [
        { name: 'pump.on', state: 'succeeded' },
        { name: 'level.waitFor', state: 'failed', result: null, error: expect.any(String), code: 'ERR_NO_EDGE' },
      ],
      error: { code: 'ERR_NO_EDGE', place: `${file}:7:5`, remedy: expect.any(String) },
    })
  })

  it('has the problems of a plan that is wrong', async () => {
    const { code, stdout, stderr } = await runMain(['run', planFile('- pmup.on\n- wait: x'), ...MOCK, '--json'])
    expect(code).toBe(2)
    expect(stderr).toContain('ERR_UNKNOWN_PERIPHERAL')
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: 'failed',
      tasks: [],
      error: { problems: [{ code: 'ERR_UNKNOWN_PERIPHERAL' }, { code: 'ERR_BAD_DURATION' }] },
    })
  })
})

describe('a task that fails', () => {
  it('ends the run with exit 1, its place in the plan, and a remedy', async () => {
    const file = planFile('- level.waitFor: { edge: falling, timeout: 2s }\n- pump.on')
    const { code, stdout, stderr } = await runMain(['run', file, ...MOCK])
    expect(code).toBe(1)
    expect(stdout).toContain('Test failed: 1 task in 2.00 s')
    expect(stderr).toContain(`at ${file}:6:5`)
    expect(stderr).toContain('6 |   - level.waitFor: { edge: falling, timeout: 2s }')
    expect(stderr).toContain('remedy: Check the wiring')
  })

  it('may be a wait for something that is not simulated', async () => {
    const file = planFile('- level.waitFor: { edge: falling }')
    const { code, stderr } = await runMain(['run', file, ...MOCK])
    expect(code).toBe(1)
    expect(stderr).toContain('ERR_CLOCK_IDLE')
    expect(stderr).toContain(`${file}:6:5`)
  })
})

describe('pi-worker run --trace', () => {
  const changes = (path: string) => readFileSync(path, 'utf8').split('$enddefinitions $end\n')[1]?.trim().split('\n')

  it('writes every level change, from the opening of the bench to its safe end', async () => {
    const trace = join(tempFolder(), 'run.vcd')
    const file = planFile(
      '- wait: 1ms\n- pump.on\n- level.waitFor: { edge: falling }',
      'simulate: { level: { falls: [2ms] } }',
    )
    const { code, stdout } = await runMain(['run', file, ...MOCK, '--trace', trace])
    expect(code).toBe(0)
    expect(stdout).toContain(`; trace in ${trace}`)
    expect(readFileSync(trace, 'utf8')).toContain('$scope module Test $end')
    expect(changes(trace)).toEqual(['#0', '0!', '1"', '#1000', '1!', '#2000', '0"', '0!', '#2001'])
  })

  it('is replayed by --replay, so that inputs do again what they did', async () => {
    const [first, again] = [join(tempFolder(), 'first.vcd'), join(tempFolder(), 'again.vcd')]
    const steps = '- pump.on\n- level.waitFor: { edge: falling, timeout: 1s }'
    const recorded = planFile(steps, 'simulate: { level: { falls: [2ms] } }')
    expect((await runMain(['run', recorded, ...MOCK, '--trace', first])).code).toBe(0)
    const replayed = planFile(steps)
    expect((await runMain(['run', replayed, ...MOCK])).code).toBe(1)
    expect((await runMain(['run', replayed, ...MOCK, '--replay', first, '--trace', again])).code).toBe(0)
    expect(changes(again)).toEqual(changes(first))
    const both = await runMain(['run', recorded, ...MOCK, '--replay', first])
    expect(both.stderr).toContain('replay: level does what simulate says of it, not what was recorded\n')
  })

  it('is the same, byte for byte, when it is run again', async () => {
    const folder = tempFolder()
    for (const name of ['a.vcd', 'b.vcd']) await runMain(['run', DOSE, ...MOCK, '--trace', join(folder, name)])
    expect(readFileSync(join(folder, 'a.vcd'))).toEqual(readFileSync(join(folder, 'b.vcd')))
  })

  it('is complete when the plan fails', async () => {
    const trace = join(tempFolder(), 'run.vcd')
    const file = planFile('- pump.on\n- level.waitFor: { edge: falling, timeout: 2ms }')
    expect((await runMain(['run', file, ...MOCK, '--trace', trace])).code).toBe(1)
    expect(changes(trace)).toEqual(['#0', '0!', '1"', '1!', '#2000', '0!', '#2001'])
  })

  it.each([
    ['in a folder that is not there', (folder: string) => join(folder, 'no', 'run.vcd')],
    ['that is a folder', (folder: string) => join(folder, 'taken')],
  ])('refuses a file %s before anything is opened', async (_where, path) => {
    const folder = tempFolder()
    mkdirSync(join(folder, 'taken'))
    const { code, stdout, stderr } = await runMain(['run', DOSE, ...MOCK, '--trace', path(folder)])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('ERR_FILE')
    expect(stderr).not.toContain('driver:')
  })

  it('makes no file for a plan that is wrong', async () => {
    const trace = join(tempFolder(), 'run.vcd')
    expect((await runMain(['run', planFile('- pmup.on'), ...MOCK, '--trace', trace])).code).toBe(2)
    expect(existsSync(trace)).toBe(false)
  })
})

describe('a bench that cannot be opened', () => {
  it('says which entry of the plan it is about, for a line that the chip does not have', async () => {
    const file = tempFile(
      'name: Own\nbench:\n  pump: { type: output, line: 17 }\n  lamp: { type: output, line: 18 }\nplan: [ pump.on ]\nsimulate:\n  lamp: {}\n',
    )
    expect((await runMain(['run', file, ...MOCK])).code).toBe(0)
  })

  it('says so of a simulation that cannot be followed', async () => {
    const file = planFile('- level.read', 'simulate:\n  level: { falls: [1s, 2s] }')
    const { code, stdout, stderr } = await runMain(['run', file, ...MOCK, '--json'])
    expect(code).toBe(2)
    expect(stderr).toContain('is low already by then')
    expect(JSON.parse(stdout)).toMatchObject({ name: 'Test', outcome: 'failed', error: { place: `${file}:8:3` } })
  })
})
