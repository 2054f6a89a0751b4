import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { initCommand } from '../../src/cli/init.js'
import { planText, starterPlan } from '../../src/cli/init-file.js'
import { interview, NO_MATCH } from '../../src/cli/init-interview.js'
import { commandOf, nextSteps } from '../../src/cli/init-next.js'
import { matches } from '../../src/cli/init-prompts.js'
import { Output } from '../../src/cli/io.js'
import { peripherals } from '../../src/peripherals/index.js'
import { output } from '../../src/peripherals/output.js'
import { checkPlan } from '../../src/plan/check.js'
import { PlanSource } from '../../src/plan/source.js'
import { Scripted } from './interviewee.js'
import { FakeIo, runMain, tempFile, tempFolder } from './setup.js'

const checked = (text: string) => checkPlan(new PlanSource(text, 'plan.yaml'))

describe('the file of an interview', () => {
  it.each(Object.keys(peripherals))('is right for a %s and what is suggested for it', async type => {
    const who = new Scripted('Test', type)
    const definition = peripherals[type]
    const plan = await interview(who, definition === undefined ? {} : { [type]: definition })
    expect(checked(planText(plan))).toMatchObject({ name: 'Test', bench: { [type]: {} } })
    expect(plan.steps).toHaveLength(1)
  })

  it('has all of them together, as far as there are lines', async () => {
    const types = ['output', 'input', 'servo', 'stepper', 'bme280', 'mcp3008', 'button', 'distance']
    const answers = types.flatMap(type => [type, undefined, ...(linesOf[type] ?? [undefined])])
    const plan = await interview(new Scripted(undefined, ...answers, ''), peripherals)
    expect(Object.keys(checked(planText(plan)).bench)).toEqual(types)
  })

  it('says in comments what each is, where it is, and what else it may have', async () => {
    const plan = await interview(new Scripted('Dose', 'output', 'pump', 'GPIO17', ''), peripherals)
    const text = planText(plan)
    expect(text).toContain('  # Digital output: One line that is driven high or low: a relay, a pump, an LED.\n')
    expect(text).toContain('  # On the header: GPIO17 is pin 11.\n')
    expect(text.replaceAll(/\n *# /g, ' ')).toContain('activeLow, drive, safe, maxOn')
    expect(text).toContain('  pump: { type: output, line: GPIO17 }\n')
    expect(text).toContain('  - pump.pulse: { width: 500ms }\n')
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(100)
  })

  it('is right whatever the plan is called', () => {
    for (const name of ['yes', '1', 'a: b', '# x', "it's", 'a\nb', '&x', '水'])
      expect(typeof checked(planText({ ...starterPlan(output), name })).name).toBe('string')
  })

  it('can be run on simulated hardware as it stands', async () => {
    const plan = await interview(
      new Scripted('T', 'output', 'pump', 'GPIO17', 'input', 'level', 'GPIO27', ''),
      peripherals,
    )
    const { code } = await runMain(['run', tempFile(planText(plan)), '--driver', 'mock', '--virtual'])
    expect(code).toBe(0)
  })
})

const linesOf: Record<string, undefined[]> = {
  stepper: [undefined, undefined],
  distance: [undefined, undefined],
  bme280: [undefined, undefined],
  mcp3008: [undefined, undefined],
}

describe('the interview', () => {
  it('offers no line that another peripheral has, nor those of add-on boards', async () => {
    const who = new Scripted('T', 'output', 'a', 'GPIO17', 'output', 'b', undefined, '')
    await interview(who, peripherals)
    const [, first, , second] = who.offered
    expect(first).toContain('GPIO17')
    expect(first).not.toContain('GPIO0')
    expect(second).not.toContain('GPIO17')
    expect(second).toHaveLength((first?.length ?? 0) - 1)
  })

  it('tells of an address that another peripheral has, and asks for another one', async () => {
    const who = new Scripted('T', 'bme280', 'a', '1', '0x76', 'bme280', 'b', '1', '0x76', '0x99', '0x77', '')
    const {
      peripherals: [, second],
    } = await interview(who, peripherals)
    expect(who.told[0]).toContain('both want i2c-1 0x76')
    expect(who.told[1]).toContain('0x77')
    expect(second?.config).toEqual({ bus: 1, address: 0x77 })
  })

  it('asks for bus and address, with what is usual, or else with what is free', async () => {
    const who = new Scripted('T', 'bme280', 'a', undefined, undefined, 'bme280', 'b', undefined, undefined, '')
    const plan = await interview(who, peripherals)
    expect(plan.peripherals.map(({ config }) => config)).toEqual([
      { bus: 1, address: 0x76 },
      { bus: 1, address: 0x77 },
    ])
    expect(who.suggested).toMatchObject({ 'a.bus': '1', 'a.address': '0x76', 'b.address': '0x77' })
    expect(who.told).toEqual([])
  })

  it('leaves out what there is no place for', async () => {
    const who = new Scripted('T', 'bme280', 'a', '1', '0x76', 'bme280', 'b', '1', '0x76', '', '')
    expect((await interview(who, peripherals)).peripherals.map(({ name }) => name)).toEqual(['a'])
  })

  it.each([
    ['one that is there', 'a', 'There is a a already.'],
    ['one that a bench has itself', 'stop', 'a bench has a member of that name'],
    ['none', '2 b', 'a name is a letter'],
  ])('refuses a name that is %s, and asks again', async (_what, name, reason) => {
    const who = new Scripted('T', 'output', 'a', 'GPIO17', 'output', name, 'good', 'GPIO27', '')
    expect((await interview(who, peripherals)).peripherals.map(each => each.name)).toEqual(['a', 'good'])
    expect(who.told[0]).toContain(reason)
  })

  it('takes nothing that was not offered, and asks again', async () => {
    const who = new Scripted('T', 'zzz', 'output', 'pump', '99', 'GPIO17', '')
    const { peripherals: all } = await interview(who, peripherals)
    expect(all.map(({ config }) => config)).toEqual([{ line: 'GPIO17' }])
    expect(who.told).toEqual([NO_MATCH, NO_MATCH])
  })

  it.each(['null', 'true', 'elapsed'])('is right for a peripheral called %s, or refuses the name', async name => {
    const plan = await interview(new Scripted('T', 'output', name, 'pump', 'GPIO17', ''), peripherals)
    expect([[name], ['pump']]).toContainEqual(Object.keys(checked(planText(plan)).bench))
  })

  it.each(['output', 'servo'])('offers no line to an %s that the bus of another one needs', async type => {
    const who = new Scripted('T', 'bme280', 'air', undefined, undefined, type, 'x', undefined, '')
    await interview(who, peripherals)
    expect(who.offered.flat()).toContain('GPIO17')
    expect(who.offered.flat()).not.toContain('GPIO2')
  })

  it('offers lines with PWM hardware first to a servo, those whose channel is free', async () => {
    const who = new Scripted('T', 'servo', 'a', undefined, 'pwm', 'b', undefined, 'output', 'c', undefined, '')
    await interview(who, peripherals)
    const [, first = [], , second = [], , third = []] = who.offered
    expect(first.slice(0, 4)).toEqual(['GPIO18', 'GPIO12', 'GPIO13', 'GPIO19'])
    expect(second.slice(0, 2)).toEqual(['GPIO13', 'GPIO19'])
    expect(third[0]).toBe('GPIO17')
  })

  it('asks for the chip select of what is on SPI, and takes no answer that is none', async () => {
    const who = new Scripted('T', 'mcp3008', 'adc', 'x', '0', 'y', '1', '')
    expect((await interview(who, peripherals)).peripherals[0]?.config).toEqual({ bus: 0, cs: 1 })
    expect(who.told).toHaveLength(2)
  })

  it('asks which thermometer it is, which need not be said', async () => {
    const who = new Scripted('T', 'ds18b20', 'a', '', 'ds18b20', 'b', '28', '28-0316a2794aff', '')
    const { peripherals: all } = await interview(who, peripherals)
    expect(all.map(({ config }) => config)).toEqual([{}, { id: '28-0316a2794aff' }])
    expect(who.told).toHaveLength(1)
  })

  it('suggests a name that is free', async () => {
    const who = new Scripted('T', 'output', undefined, undefined, 'output', undefined, undefined, '')
    expect((await interview(who, peripherals)).peripherals.map(({ name }) => name)).toEqual(['output', 'output2'])
  })

  it('asks for what else must be there', async () => {
    const who = new Scripted('T', 'iio', 'air', 'bme680', '')
    expect((await interview(who, peripherals)).peripherals[0]?.config).toEqual({ device: 'bme680' })
  })
})

describe('the search in a list', () => {
  const lines = ['GPIO17', 'GPIO27', 'GPIO22', 'GPIO2', 'GPIO7'].map(value => ({
    value,
    label: `${value} (pin ${value.length})`,
  }))
  const found = (typed: string): string[] => matches(lines, typed).map(({ value }) => value)

  it.each([
    ['17', ['GPIO17']],
    ['bcm27', ['GPIO27']],
    ['J8:11', ['GPIO17']],
    ['7', ['GPIO7']],
    ['2', ['GPIO2']],
    ['1', ['GPIO17']],
    ['pin 5', ['GPIO2', 'GPIO7']],
    ['99', []],
    ['', ['GPIO17', 'GPIO27', 'GPIO22', 'GPIO2', 'GPIO7']],
  ])('of %j finds %j', (typed, values) => {
    expect(found(typed)).toEqual(values)
  })
})

describe('what to do next', () => {
  it.each([
    [{}, 'pi-worker'],
    [{ npm_command: 'exec' }, 'npx pi-worker'],
    [{ npm_execpath: '/usr/lib/node_modules/npm/bin/npm-cli.js' }, 'npx pi-worker'],
    [{ _: './node_modules/.bin/pi-worker' }, 'npx pi-worker'],
    [{ _: '/usr/local/bin/pi-worker' }, 'pi-worker'],
  ])('in %j is typed as %s', (env, command) => {
    expect(commandOf(env)).toBe(command)
    for (const line of nextSteps('plan.yaml', env).trimEnd().split('\n')) expect(line).toContain(`  ${command} `)
  })

  it('goes from check and rehearse to run', () => {
    const words = [...nextSteps('plan.yaml', {}).matchAll(/pi-worker (\w+)/g)].map(([, word]) => word)
    expect(words).toEqual(['check', 'rehearse', 'run', 'run'])
  })
})

/** The command with somebody at the keyboard, who types the next answer when its question is seen; or with nobody. */
function setup(answers?: readonly (readonly [question: string, keys: string])[]) {
  const io = new FakeIo({ terminal: answers !== undefined })
  const stdin = Object.assign(new PassThrough(), { isTTY: answers !== undefined, setRawMode: () => undefined })
  const left = [...(answers ?? [])]
  io.stderr.onWrite = text => {
    const [question, keys] = left[0] ?? []
    if (question !== undefined && text.includes(question)) {
      left.shift()
      queueMicrotask(() => stdin.write(keys))
    }
    return undefined
  }
  const session = {
    io: Object.assign(io, { stdin }),
    out: new Output(io.stdout, io.env),
    err: new Output(io.stderr, io.env),
  }
  return { io, session }
}

describe('pi-worker init', () => {
  it('--yes writes a file to begin with, and says what to do next', async () => {
    const { io, session } = setup()
    const file = join(tempFolder(), 'my plan.yaml')
    expect(await initCommand(session, file, { yes: true })).toBe(0)
    expect(checked(readFileSync(file, 'utf8')).name).toBe('Blink')
    expect(io.stdout.text).toContain(`pi-worker check '${file}'`)
    expect(io.stdout.text).toContain('--driver mock')
    expect((await runMain(['run', file, '--driver', 'mock', '--virtual'])).code).toBe(0)
  })

  it('--yes writes over nothing', async () => {
    const file = tempFile('mine')
    await expect(initCommand(setup().session, file, { yes: true })).rejects.toMatchObject({
      code: 'ERR_FILE',
      place: file,
    })
    expect(readFileSync(file, 'utf8')).toBe('mine')
  })

  it('refuses to ask where nobody is', async () => {
    const file = join(tempFolder(), 'plan.yaml')
    await expect(initCommand(setup().session, file, {})).rejects.toMatchObject({ code: 'ERR_USAGE' })
    expect(existsSync(file)).toBe(false)
  })

  it('refuses a folder that is not there', async () => {
    const file = join(tempFolder(), 'no', 'plan.yaml')
    await expect(initCommand(setup().session, file, { yes: true })).rejects.toMatchObject({ code: 'ERR_FILE' })
  })

  const ANSWERS = [
    ['What is the plan called', 'Dose\r'],
    ['What is connected', 'output\r'],
    ['What is the output called', 'pump\r'],
    ['Which line', 'GPIO22\r'],
    ['What else is connected', '\r'],
  ] as const

  it('asks at the terminal, where what is typed is looked for in the lists', async () => {
    const { io, session } = setup(ANSWERS)
    const file = join(tempFolder(), 'plan.yaml')
    expect(await initCommand(session, file, {}), io.stderr.text).toBe(0)
    expect(readFileSync(file, 'utf8')).toContain('  pump: { type: output, line: GPIO22 }\n')
  })

  it('stays in the question when nothing matches what was typed', async () => {
    const answers = [
      ...ANSWERS.slice(0, 1),
      ['What is connected', 'zzz\r'],
      ['no match', '\u007f\u007f\u007foutput\r'],
      ANSWERS[2],
      ['Which line', '99\r'],
      ['no match', '\u007f\u007f22\r'],
      ANSWERS[4],
    ] as const
    const { io, session } = setup(answers as Parameters<typeof setup>[0])
    const file = join(tempFolder(), 'plan.yaml')
    expect(await initCommand(session, file, {}), io.stderr.text).toBe(0)
    expect(readFileSync(file, 'utf8')).toContain('  pump: { type: output, line: GPIO22 }\n')
  })

  it('asks before it writes over a file', async () => {
    const file = tempFile('mine')
    expect(await initCommand(setup([['Write over it', 'n']]).session, file, {})).toBe(130)
    expect(readFileSync(file, 'utf8')).toBe('mine')
    expect(await initCommand(setup([['Write over it', 'y'], ...ANSWERS]).session, file, {})).toBe(0)
    expect(readFileSync(file, 'utf8')).toContain('name: Dose')
  })

  it('writes nothing when somebody goes away in the middle', async () => {
    const file = join(tempFolder(), 'plan.yaml')
    const { io, session } = setup([ANSWERS[0], ['What is connected', '\u0003']])
    expect(await initCommand(session, file, {})).toBe(130)
    expect(io.stderr.text).toContain('nothing was written')
    expect(existsSync(file)).toBe(false)
  })
})
