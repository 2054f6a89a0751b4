import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { registersOn } from '../../../drivers/machine/registers.js'
import { memory, plant } from './trees.js'

const readRegisters = registersOn('x86_64')

describe('registers', () => {
  it('are read as little-endian words at their offsets', async () => {
    const path = join(plant({ mem: memory(8192, { 0: 0xdead_beef, 4100: 7 }) }), 'mem')
    expect(await readRegisters(path, [0, 4, 4100])).toEqual([0xdead_beef, 0, 7])
  })

  it('beyond the end of a file are refused, because touching them would end the process', async () => {
    const path = join(plant({ mem: Buffer.alloc(100) }), 'mem')
    await expect(readRegisters(path, [0])).rejects.toMatchObject({ code: 'ERR_IO', message: /has 100 bytes/ })
  })

  it('of a device that is not there are refused', async () => {
    await expect(readRegisters(join(plant({}), 'mem'), [0])).rejects.toMatchObject({ code: 'ERR_IO' })
  })

  it('of what cannot be mapped are refused with the errno', async () => {
    await expect(readRegisters(plant({}), [0])).rejects.toMatchObject({ code: 'ERR_IO' })
    await expect(readRegisters('/dev/null', [0])).rejects.toMatchObject({ code: 'ERR_IO', message: /errno/ })
  })

  it('are not read on ARMv6, where loading koffi would end the process', async () => {
    const path = join(plant({ mem: memory(4096, {}) }), 'mem')
    const refusal = { code: 'ERR_UNSUPPORTED', remedy: expect.stringContaining('pinctrl') }
    await expect(registersOn('armv6l')(path, [0])).rejects.toMatchObject(refusal)
  })
})
