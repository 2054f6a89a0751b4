import { expect, it } from 'vitest'
import { request } from './open.js'

it('a handle hands over its lines, their safe levels and the process that has the library', async () => {
  const { handle } = await request({ direction: 'output', activeLow: true }, [17, 18])
  expect(handle.handover?.(['low', 'input'])).toEqual({
    kind: 'pigpio',
    pid: process.pid,
    lines: [
      { line: 17, safe: 'low' },
      { line: 18, safe: 'input' },
    ],
  })
})

it('a handle that was released hands nothing over', async () => {
  const { handle } = await request({ direction: 'output' })
  handle.release()
  expect(() => handle.handover?.(['low'])).toThrow(expect.objectContaining({ code: 'ERR_RELEASED' }))
})
