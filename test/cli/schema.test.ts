import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { schemaPage } from '../../src/cli/schema-page.js'
import { peripherals } from '../../src/peripherals/index.js'
import { stepKinds } from '../../src/plan/step-kinds.js'
import { runMain, tempFile } from './setup.js'

/** What the examples of steps are for. */
const BENCH = `params: { dose: { default: 5, unit: ml } }
bench:
  pump: { type: output, line: GPIO17 }
  arm: { type: servo, line: GPIO18 }
  air: { type: dht, line: GPIO4 }
`

const page = (type: string, columns = 80): string =>
  schemaPage(peripherals[type] as NonNullable<(typeof peripherals)[string]>, { colored: false, columns })
/** The lines from the one that begins so, without the white space around them, as one text. */
const linesFrom = (text: string, beginning: string, lines = 1): string => {
  const all = text.split('\n').map(line => line.trim().replaceAll(/\s+/g, ' '))
  const start = all.findIndex(line => line.startsWith(beginning))
  return all.slice(start, start + lines).join('\n')
}

describe('pi-worker schema TYPE', () => {
  it('prints a page for people', async () => {
    const { code, stdout, stderr } = await runMain(['schema', 'output'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain('output: Digital output\nOne line that is driven high or low')
    expect(stdout).toContain('    myOutput: { type: output, line: GPIO17 }\n')
    expect(stdout).toContain('    - myOutput.pulse: { width: 200ms }\n')
  })

  it('prints the schema of plans with this type alone as JSON', async () => {
    const { stdout } = await runMain(['schema', 'servo', '--json'])
    const { properties } = JSON.parse(stdout)
    expect(properties.bench.additionalProperties.anyOf).toMatchObject([{ properties: { type: { const: 'servo' } } }])
    expect(stdout).not.toContain('"bme280"')
  })

  it('prints the schema of all without a type, with --json too', async () => {
    const { stdout } = await runMain(['schema', '--json'])
    expect(JSON.parse(stdout)).toEqual(JSON.parse((await runMain(['schema'])).stdout))
  })

  it.each([...stepKinds.keys()])('prints a page for the step %s, with an example that fits', async word => {
    const { code, stdout } = await runMain(['schema', word])
    expect([code, stdout.split('\n')[0]]).toEqual([0, `${word}: a step of a plan`])
    const [, example = ''] = /\n {2}plan:\n([\s\S]*?)\n\n/.exec(stdout) ?? []
    expect(example).toContain(`${word}:`)
    const folder = dirname(tempFile('params: { times: 1 }\nplan: [ pump.on ]\n', 'wash.yaml'))
    writeFileSync(join(folder, 'plan.yaml'), `${BENCH}plan:\n    - air.read\n${example}\n`)
    const checked = await runMain(['check', join(folder, 'plan.yaml')])
    expect([checked.code, checked.stderr.replace(/warning[\s\S]*/, '')]).toEqual([0, ''])
  })

  it('prints the JSON Schema of a step', async () => {
    const { stdout } = await runMain(['schema', 'record', '--json'])
    expect(Object.keys(JSON.parse(stdout).properties)).toEqual(['timeout', 'onError', 'record', 'to'])
  })

  it('suggests the type that was meant', async () => {
    const { code, stdout, stderr } = await runMain(['schema', 'sevro'])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('error ERR_UNKNOWN_TYPE: no type of peripheral or step "sevro"; did you mean "servo"?')
    expect(stderr).toContain('remedy: Write pi-worker schema servo if that was meant.')
  })

  it('lists the types when none is near, as JSON too', async () => {
    const { stdout, stderr } = await runMain(['schema', 'toaster', '--json'])
    expect(stderr).toContain('there are output, pwm,')
    expect(JSON.parse(stdout)).toEqual({ error: expect.objectContaining({ code: 'ERR_UNKNOWN_TYPE' }) })
  })
})

describe('a page', () => {
  it('has of each key its type, unit, range, default and description', () => {
    const text = page('bme280')
    expect(linesFrom(text, 'address', 2)).toBe(
      'address whole number from 0x76 to 0x77; default 0x76\n0x76 with the pin SDO at ground, 0x77 with it at the supply.',
    )
    expect(linesFrom(text, 'altitude')).toBe('altitude number from -500 to 9000 m')
    expect(linesFrom(page('button'), 'hold ')).toBe('hold duration, more than 0; default 1000 ms')
    expect(linesFrom(page('output'), 'line')).toBe('line line; required')
    expect(linesFrom(page('output'), 'safe')).toBe('safe off | on | low | high; default off')
  })

  it('has nested keys indented', () => {
    expect(page('bme280')).toMatch(/^ {2}oversampling .*\n {6}temperature {2}1 \| 2 \| 4 \| 8 \| 16; default 1$/m)
  })

  it('has the keys of each shape of a union', () => {
    const text = page('stepper')
    expect(linesFrom(text, 'wiring', 2)).toContain('{ step, direction, enable')
    expect(text).toMatch(/^ {6}or\n {6}coils {4}\[line, line, line, line\]; required$/m)
  })

  it('has the keys that all shapes of a union have once, at its end', () => {
    const text = page('stepper')
    const move = text.slice(text.indexOf('  move:'), text.indexOf('  home:'))
    expect(move.match(/^ {6}speed/gm)).toHaveLength(1)
    expect(move).toMatch(/^ {6}turns .*\n.*\n {6}with each of them\n {6}speed/m)
  })

  it('has the shapes of a value over time once, though three quantities have them', () => {
    const text = page('bme280')
    expect(text.match(/amplitude {2}number/g)).toHaveLength(1)
    expect(text.match(/\{ ramp: \{ from, to, over \} \}/g)).toHaveLength(3)
  })

  it('names what every part can be told', () => {
    const text = page('button')
    expect(linesFrom(text, 'kind: bounce')).toBe('kind: bounce edges, within, line')
    expect(linesFrom(text, 'kind: brown-out')).toBe('kind: brown-out')
    expect(linesFrom(text, 'each of them')).toBe('each of them from, for')
    expect(linesFrom(text, 'replay')).toBe('replay { file, signal, line }')
    expect(text.indexOf('presses')).toBeLessThan(text.indexOf('faults'))
  })

  it('has each action with its effect, inputs, and outputs with their units', () => {
    const text = page('bme280')
    expect(linesFrom(text, 'read:')).toBe('read: Measure (effect: read)')
    expect(linesFrom(text, 'attempts')).toBe('attempts whole number from 1 to 100; default 3')
    expect(linesFrom(text.slice(text.indexOf('    output')), 'temperature', 2)).toBe(
      'temperature number in °C\nTemperature of the sensor.',
    )
    expect(linesFrom(text.slice(text.indexOf('    output')), 'humidity')).toBe(
      'humidity number in %RH; not always there',
    )
  })

  it.each(Object.keys(peripherals))('of %s fits a terminal of 80 columns, and tells every key', type => {
    const text = page(type)
    const { config, actions } = peripherals[type] as NonNullable<(typeof peripherals)[string]>
    // Examples stay on one line, to be copied.
    const long = text.split('\n').filter(line => line.length > 80 && !/^ {4}(- )?my/.test(line))
    expect(long).toEqual([])
    const keys = Object.keys((config as { properties: object }).properties)
    for (const key of [...keys, ...Object.keys(actions).map(name => `${name}:`)]) {
      expect(text).toMatch(new RegExp(`^ {2}${key} `, 'm'))
    }
  })

  it('says nothing of durations that all of them have', () => {
    expect(page('output')).not.toContain('10us')
  })

  it('has colours only where they are wanted', () => {
    const definition = peripherals.output as NonNullable<(typeof peripherals)[string]>
    expect(page('output')).not.toContain('\u001b')
    expect(schemaPage(definition, { colored: true, columns: 80 })).toContain('\u001b[1m')
  })
})
