/** What a mistyped name may stand for. */

import { describe, expect, it } from 'vitest'
import { nearest } from '../src/nearest.js'

describe('nearest', () => {
  it.each([
    ['pmup', ['valve', 'pump'], 'pump'],
    ['GPOI17', ['GPIO4', 'GPIO17'], 'GPIO17'],
    ['PUMP', ['pump'], 'pump'],
    ['brightness', ['brightnes', 'lightness'], 'brightnes'],
  ])('of %j among %j is %j', (word, names, name) => {
    expect(nearest(word, names)).toBe(name)
  })

  it('is the first of several that are as near', () => {
    expect(nearest('led', ['led2', 'led1'])).toBe('led2')
  })

  it('is none when too many letters differ', () => {
    expect(nearest('thermostat', ['pump', 'valve'])).toBeUndefined()
  })

  it('is never a name of which nothing is left', () => {
    expect(nearest('xy', ['ab'])).toBeUndefined()
  })
})
