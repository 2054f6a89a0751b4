/** What an errno of the character device means to a person. */

import { describe, expect, it } from 'vitest'
import {
  chipInfoFailure,
  errnoName,
  lineFailure,
  lineInfoFailure,
  openFailure,
} from '../../../drivers/gpiochip/failures.js'
import { tempFolder } from '../temp-folder.js'

const PATH = '/dev/gpiochip0'
const thrown = (code: string) => Object.assign(new Error(`${code}: open '${PATH}'`), { code })

describe('errnoName', () => {
  it('gives the name of a number, or the number when it has none', () => {
    expect([errnoName(16), errnoName(19), errnoName(524)]).toEqual(['EBUSY', 'ENODEV', 'errno 524'])
  })
})

describe('a chip that cannot be opened', () => {
  it.each([
    ['ENOENT', 'ERR_UNKNOWN_CHIP'],
    ['ENOTDIR', 'ERR_UNKNOWN_CHIP'],
    ['EISDIR', 'ERR_UNKNOWN_CHIP'],
    ['ENXIO', 'ERR_CHIP_GONE'],
    ['ENODEV', 'ERR_CHIP_GONE'],
    ['EMFILE', 'ERR_IO'],
  ])('with %s is %s', (errno, code) => {
    expect(openFailure(PATH, thrown(errno))).toMatchObject({
      code,
      place: PATH,
      message: expect.stringContaining(PATH),
      details: { driver: 'gpiochip', path: PATH, errno },
    })
  })

  it.each(['EACCES', 'EPERM'])('with %s is ERR_PERMISSION', errno => {
    const path = tempFolder()
    expect(openFailure(path, thrown(errno))).toMatchObject({
      code: 'ERR_PERMISSION',
      place: path,
      details: { path, errno },
    })
  })
})

describe('a file that does not answer as a chip', () => {
  it.each([
    ['ENOTTY', 'ERR_UNKNOWN_CHIP'],
    ['EINVAL', 'ERR_UNKNOWN_CHIP'],
    ['ENODEV', 'ERR_CHIP_GONE'],
    ['EIO', 'ERR_IO'],
  ])('with %s is %s', (errno, code) => {
    expect(chipInfoFailure(PATH, errno)).toMatchObject({ code, place: PATH })
  })

  it('to the first call of version 2 is a kernel that is too old', () => {
    expect(lineInfoFailure(PATH, 0, 'EINVAL')).toMatchObject({
      code: 'ERR_UNSUPPORTED',
      place: PATH,
      message: expect.stringContaining('5.10'),
    })
    expect(lineInfoFailure(PATH, 0, 'ENODEV')).toMatchObject({ code: 'ERR_CHIP_GONE', place: PATH })
  })

  it('about one of its lines names the line', () => {
    expect(lineInfoFailure(PATH, 17, 'EIO')).toMatchObject({ code: 'ERR_IO', place: 'GPIO17' })
  })
})

describe('a call on lines', () => {
  const call = { path: PATH, lines: [17, 4], verb: 'requested' }

  it.each([
    ['ENODEV', 'ERR_CHIP_GONE'],
    ['EPERM', 'ERR_PERMISSION'],
    ['EINVAL', 'ERR_UNSUPPORTED'],
    ['EIO', 'ERR_IO'],
    ['ENXIO', 'ERR_IO'],
  ])('with %s is %s and names the lines', (errno, code) => {
    expect(lineFailure(call, errno)).toMatchObject({ code, place: 'GPIO17, GPIO4', details: { errno } })
  })

  it.each([{ edges: 'both' }, { debounceNs: 1000 }] as const)(
    'with ENXIO that wants %j is a line without an interrupt',
    wanted => {
      expect(lineFailure({ ...call, settings: { direction: 'input', ...wanted } }, 'ENXIO')).toMatchObject({
        code: 'ERR_UNSUPPORTED',
        message: expect.stringContaining('no interrupt'),
      })
    },
  )
})
