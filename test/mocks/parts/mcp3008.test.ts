import { describe, expect, it } from 'vitest'
import { MockDriver } from '../../../mocks/driver.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'

async function open(inputs: Readonly<Record<number, unknown>>, chip = 'mcp3008') {
  const config = { bus: 0, cs: 0, chip, vref: 2.048 }
  const parts = [{ name: 'adc', type: 'mcp3008', config, simulate: { inputs }, signals: [] }]
  const board = await new MockDriver().open({ clock: new VirtualClock(), parts })
  const spi = board.buses.spi(0)
  return async (bytes: readonly number[], mode: 0 | 1 = 0) => [
    ...(await spi.transfer(Uint8Array.from(bytes), { cs: 0, mode })),
  ]
}

describe('the part of an MCP3008', () => {
  it('answers with a null bit and ten bits, as figure 6-1 of the data sheet has it', async () => {
    const transfer = await open({ 2: 1.37 }) // 685 of 1024, 1010101101
    const [, second, third] = await transfer([0x01, 0xa0, 0x00])
    expect(second! & 0x07).toBe(0b010)
    expect(third).toBe(0b10101101)
  })

  it('goes on with the lowest bit first, then with zeros, as figure 5-2 has it', async () => {
    const transfer = await open({ 2: 1.37 })
    const [, , ...rest] = await transfer([0x01, 0xa0, 0x00, 0x00, 0x00, 0x00])
    // 1010101101 backwards without its first bit: 0 1101 0101
    expect(rest).toEqual([0b10101101, 0b01101010, 0b10000000, 0])
  })

  it('lets the line float until it answers', async () => {
    const transfer = await open({ 2: 1.37 })
    const [first, second] = await transfer([0x01, 0xa0, 0x00])
    expect([first, second! >> 3]).toEqual([0xff, 0x1f])
  })

  it('answers wherever the start bit is', async () => {
    const transfer = await open({ 2: 1.37 })
    // One clock earlier: everything moves by one.
    const [, second, third] = await transfer([0x03, 0x40, 0x00])
    expect(second! & 0x0f).toBe(0b0101)
    expect(third! >> 1).toBe(0b0101101)
  })

  it('says nothing without a start bit, or in a mode that it does not have', async () => {
    const transfer = await open({ 2: 1.37 })
    expect(await transfer([0, 0, 0])).toEqual([0xff, 0xff, 0xff])
    expect(await transfer([0x01, 0xa0, 0x00], 1)).toEqual([0xff, 0xff, 0xff])
  })

  it('has twelve bits as an MCP3208', async () => {
    const transfer = await open({ 7: 1.37 }, 'mcp3208') // 2740 of 4096
    const [, second, third] = await transfer([0x07, 0xc0, 0x00])
    expect(((second! & 0x1f) << 8) | third!).toBe(2740)
  })

  it('ends at its reference and at ground', async () => {
    const transfer = await open({ 0: 3, 1: -1 })
    const value = async (choice: number) => {
      const [, second, third] = await transfer([0x01, choice, 0x00])
      return ((second! & 0x07) << 8) | third!
    }
    expect(await value(0x80)).toBe(1023)
    expect(await value(0x90)).toBe(0)
  })
})
