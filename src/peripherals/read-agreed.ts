/**
 * Reading registers so that a flipped bit is noticed. I²C has no checksum: what noise does to a byte looks like any
 * other byte, but it does not do the same thing again and again.
 */

import type { I2cBus, I2cMessage } from '../../drivers/open-bus.js'
import { badReading } from './sensor-attempts.js'

/** Some registers of one device, one after the other. */
export interface Block {
  readonly register: number
  /** In bytes, 1 to 32. */
  readonly length: number
}

/**
 * By how many copies one value of a byte has to lead, and how many are read until it does. Three in a row are enough; a
 * register that was misheard gives copies that are wrong together, and then it takes more.
 */
const LEAD = 3
const COPIES = 12

/**
 * Reads blocks of registers that hold still meanwhile, each until enough copies of every byte are the same. One block
 * is read after the other, so that one that is asked for last is read when all others are known.
 * @throws ERR_BAD_READING (checksum) when there are no such copies, and what `transfer` throws
 */
export async function readAgreed(
  i2c: Pick<I2cBus, 'transfer'>,
  address: number,
  place: string,
  blocks: readonly Block[],
): Promise<Uint8Array[]> {
  const found: Uint8Array[] = []
  for (const block of blocks) found.push(await readBlock(i2c, address, place, block))
  return found
}

async function readBlock(
  i2c: Pick<I2cBus, 'transfer'>,
  address: number,
  place: string,
  block: Block,
): Promise<Uint8Array> {
  const message: I2cMessage = { kind: 'readBlock', ...block }
  const messages = Array.from({ length: LEAD }, () => message)
  const copies = await i2c.transfer(address, messages)
  for (;;) {
    const bytes = Array.from({ length: block.length }, (_, at) => vote(copies.map(copy => copy[at] as number)))
    if (bytes.every(byte => byte !== undefined)) return Uint8Array.from(bytes)
    if (copies.length >= COPIES) break
    copies.push(...(await i2c.transfer(address, [message])))
  }
  throw badReading(
    place,
    'its registers read differently each time',
    'checksum',
    'Read again; if it comes back, look for noise: shorter wires, stronger pull-ups, a slower bus clock.',
  )
}

/** The value that leads by enough, if one does. */
function vote(copies: readonly number[]): number | undefined {
  const votes = new Map<number, number>()
  for (const byte of copies) votes.set(byte, (votes.get(byte) ?? 0) + 1)
  const [[byte, most] = [0, 0], [, second] = [0, 0]] = [...votes].sort(([, a], [, b]) => b - a)
  return most - second >= LEAD ? byte : undefined
}
