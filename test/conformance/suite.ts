/** The one conformance suite: what every driver does, and what it does who has the ability. */

import { afterAll, describe } from 'vitest'
import { shortcomings } from './abilities.js'
import { boardBehaviours } from './board.js'
import { edgeBehaviours } from './edges.js'
import { levelBehaviours } from './levels.js'
import { playBehaviours } from './play.js'
import { refusalBehaviours } from './refusals.js'
import { releaseBehaviours } from './release.js'
import type { Rig } from './rig.js'
import { settingsBehaviours } from './settings.js'
import { behaviours } from './setup.js'

export function conformance(rig: Rig): void {
  const behave = behaviours(rig)
  describe(`the ${rig.driver} driver`, () => {
    describe('its board', () => boardBehaviours(behave))
    describe('what it refuses', () => refusalBehaviours(behave, rig.driver))
    describe('levels', () => levelBehaviours(behave, rig))
    describe('settings that change', () => settingsBehaviours(behave))
    describe('edges', () => edgeBehaviours(behave))
    describe('pulses and PWM', () => playBehaviours(behave, rig.driver))
    describe('release', () => releaseBehaviours(behave))
    afterAll(() => {
      const list = shortcomings(rig.driver).map(line => `  ${line}\n`)
      process.stdout.write(`what ${rig.driver} cannot do:${list.length === 0 ? ' nothing\n' : `\n${list.join('')}`}`)
    })
  })
}
