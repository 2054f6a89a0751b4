/** Who holds a line, and what lets it go. */

import { describe, expect, it } from 'vitest'
import { busyFailure, type Holder } from '../../drivers/busy.js'

const busy = (...holders: readonly Holder[]) =>
  busyFailure({ driver: 'onoff', path: '/dev/gpiochip0', lines: [4, 17] }, holders)

describe('busyFailure', () => {
  it('names every holder, and how to find the program', () => {
    expect(busy({ line: 4, consumer: 'gpiomon' }, { line: 17, consumer: '' })).toMatchObject({
      code: 'ERR_LINE_BUSY',
      message: 'GPIO4 is held by "gpiomon", GPIO17 is held by the kernel',
      place: 'GPIO4, GPIO17',
      remedy: expect.stringContaining('fuser -v /dev/gpiochip0'),
      details: { driver: 'onoff', line: 4, consumer: 'gpiomon' },
    })
  })

  it.each([
    [{ line: 17, consumer: 'sysfs', sysfsNumber: 529 }, 'echo 529 > /sys/class/gpio/unexport'],
    [{ line: 17, consumer: 'sysfs' }, 'echo $((BASE + 17)) > /sys/class/gpio/unexport (BASE is in'],
    [{ line: 17, consumer: '' }, 'config.txt'],
    [{ line: 17, consumer: 'valve', own: true }, 'Release the handle'],
  ])('of %j says what to do', (holder, remedy) => {
    expect(busy(holder).remedy).toContain(remedy)
  })

  it('does not know who it is where nobody can be asked', () => {
    expect(busy({ line: 17, consumer: undefined }).message).toBe('GPIO17 is held by somebody else')
  })

  it('of lines that were let go meanwhile says to try again', () => {
    expect(busy()).toMatchObject({ code: 'ERR_LINE_BUSY', remedy: 'Try again.', details: { line: 4 } })
  })
})
