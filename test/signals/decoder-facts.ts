/** What a decoder of sigrok says of itself: of channels and options it takes wrong ones without a word. */

import { spawnSync } from 'node:child_process'
import type { Decode } from './sigrok.js'
import { SigrokError } from './sigrok-error.js'

interface DecoderFacts {
  readonly required: readonly string[]
  readonly optional: readonly string[]
  /** The values that each option takes; undefined for any. */
  readonly options: ReadonlyMap<string, readonly string[] | undefined>
}

const known = new Map<string, DecoderFacts>()

/**
 * Checks the request against what the decoder says. Without a channel that it needs, sigrok-cli gives it any; of a value
 * that an option does not take, it makes the default.
 * @throws SigrokError
 */
export function checkDecoder({ decoder, channels, options = {} }: Decode): void {
  const facts = factsOf(decoder)
  const given = Object.keys(channels)
  const missing = facts.required.filter(name => !given.includes(name))
  if (missing.length > 0 || given.length === 0) throw new SigrokError(`${decoder} lacks its channel ${missing}`)
  const strange = given.filter(name => ![...facts.required, ...facts.optional].includes(name))
  if (strange.length > 0) throw new SigrokError(`${decoder} has no channel ${strange}`)
  for (const [name, value] of Object.entries(options)) {
    if (!facts.options.has(name)) throw new SigrokError(`${decoder} has no option ${name}`)
    const values = facts.options.get(name)
    if (values !== undefined && !values.includes(String(value))) {
      throw new SigrokError(`the option ${name} of ${decoder} is one of ${values}, not ${value}`)
    }
  }
}

function factsOf(decoder: string): DecoderFacts {
  const facts = known.get(decoder) ?? read(decoder)
  known.set(decoder, facts)
  return facts
}

function read(decoder: string): DecoderFacts {
  const { status, stdout, stderr } = spawnSync('sigrok-cli', ['-P', decoder, '--show'], { encoding: 'utf8' })
  if (status !== 0 || stderr !== '') throw new SigrokError(`there is no decoder ${decoder}: ${stderr}`)
  // A headline, and a line with a dash for each thing.
  const section = (headline: string): RegExpExecArray[] => {
    const [, lines = ''] = new RegExp(`^${headline}:\\n((?:- .*\\n)*)`, 'm').exec(stdout) ?? []
    return [...lines.matchAll(/^- (\w+)(?: \([^)]*\))?: (.*)$/gm)]
  }
  const names = (headline: string): string[] => section(headline).map(([, name = '']) => name)
  const options = section('Options').map(([, name = '', text = '']) => [name, valuesOf(text)] as const)
  return { required: names('Required channels'), optional: names('Optional channels'), options: new Map(options) }
}

/** `Parity ('none', 'odd', default 'none')` takes none and odd; `Baud rate (default 115200)` takes anything. */
function valuesOf(text: string): readonly string[] | undefined {
  const [, list = ''] = /\(([^()]*)default [^()]*\)$/.exec(text) ?? []
  const values = list
    .split(',')
    .map(value => value.trim().replaceAll("'", ''))
    .filter(value => value !== '')
  return values.length === 0 ? undefined : values
}
