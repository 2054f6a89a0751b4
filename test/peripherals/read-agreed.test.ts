import { describe, expect, it } from 'vitest'
import type { I2cMessage } from '../../drivers/buses/bus.js'
import { readAgreed } from '../../src/peripherals/read-agreed.js'
import { failureOf } from '../bench/setup.js'

/** A bus whose copies are given, and how many were asked for. */
function bus(...copies: readonly (readonly number[])[]) {
  const left = copies.map(copy => Uint8Array.from(copy))
  const asked: number[] = []
  const transfer = async (_address: number, messages: readonly I2cMessage[]) => {
    asked.push(messages.length)
    return messages.map(() => left.shift()!)
  }
  return { transfer, asked }
}

const BLOCK = [{ register: 0xf7, length: 2 }]
const read = (i2c: ReturnType<typeof bus>) => readAgreed(i2c, 0x76, 'i2c-1 0x76', BLOCK)

describe('reading registers until the copies agree', () => {
  it('takes three equal copies, from one transfer', async () => {
    const i2c = bus([1, 2], [1, 2], [1, 2])
    expect((await read(i2c)).map(bytes => [...bytes])).toEqual([[1, 2]])
    expect(i2c.asked).toEqual([3])
  })

  it('reads on when a bit was flipped, until the right value leads by three', async () => {
    const i2c = bus([1, 2], [1, 6], [1, 2], [1, 2], [1, 2])
    expect((await read(i2c)).map(bytes => [...bytes])).toEqual([[1, 2]])
    expect(i2c.asked).toEqual([3, 1, 1])
  })

  it('does not believe two copies that are wrong together', async () => {
    const i2c = bus([0, 0], [0, 0], [1, 2], [1, 2], [1, 2], [1, 2], [1, 2])
    expect((await read(i2c)).map(bytes => [...bytes])).toEqual([[1, 2]])
  })

  it('fails with the typed error of a checksum when they never agree', async () => {
    const i2c = bus(...Array.from({ length: 20 }, (_, copy) => [copy, 0]))
    expect(await failureOf(read(i2c))).toMatchObject({
      code: 'ERR_BAD_READING',
      place: 'i2c-1 0x76',
      details: { reason: 'checksum' },
    })
    expect(i2c.asked.reduce((sum, count) => sum + count)).toBe(12)
  })
})
