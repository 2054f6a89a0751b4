import { describe, expect, it } from 'vitest'
import type { MockBoard } from '../../mocks/board.js'
import type { Ds18b20Part } from '../../mocks/parts/ds18b20.js'
import { ds18b20 } from '../../src/peripherals/ds18b20.js'
import { failureOf, openMockBench } from '../bench/setup.js'

const ID = '28-0316a2794aff'
const OTHER = '28-0316a2794b00'

async function open(config: Parameters<typeof ds18b20>[0], simulate: Readonly<Record<string, unknown>> = {}) {
  return await openMockBench({ tank: ds18b20(config) }, { simulate: { tank: simulate } })
}

function w1(board: MockBoard) {
  return board.buses.oneWire()
}

describe('a DS18B20', () => {
  it('gives the temperature of its part, in sixteenths of a degree', async () => {
    const { bench, clock } = await open({ id: ID }, { temperature: -3.21 })
    expect(await bench.tank.read().result()).toEqual({ temperature: -3.187, id: ID }) // -3.1875, cut by the kernel
    expect(clock.now()).toBe(750e6)
  })

  it('is found when it is the only one', async () => {
    const { bench, board } = await open({}, { temperature: 4 })
    const { id } = board.part('tank') as Ds18b20Part
    expect(id).toMatch(/^28-[0-9a-f]{12}$/)
    expect(await bench.tank.read().result()).toEqual({ temperature: 4, id })
  })

  it('is found again when the only one was replaced', async () => {
    const { bench, board } = await open({})
    w1(board).detach((board.part('tank') as Ds18b20Part).id)
    w1(board).attach(OTHER, 37)
    expect(await bench.tank.read().result()).toEqual({ temperature: 37, id: OTHER })
  })

  it('must be named when there are several, and the error says which there are', async () => {
    const several = { first: ds18b20({ id: ID }), second: ds18b20({ id: OTHER }), any: ds18b20({}) }
    const error = await failureOf(openMockBench(several))
    expect(error).toMatchObject({ code: 'ERR_BAD_CONFIG', details: { sensors: expect.arrayContaining([ID, OTHER]) } })
    expect(error.message).toContain(`${ID}, ${OTHER}`)
    expect(error.remedy).toContain('id:')
  })

  it('must be named as soon as there are several', async () => {
    const { bench, board } = await open({})
    w1(board).attach(OTHER, 37)
    expect(await failureOf(bench.tank.read().result())).toMatchObject({ code: 'ERR_BAD_CONFIG', place: 'tank.id' })
  })

  it('is calibrated', async () => {
    const { bench } = await open({ id: ID, calibration: { scale: 1.01, offset: -0.5 } }, { temperature: 50 })
    expect((await bench.tank.read().result()).temperature).toBeCloseTo(50, 9)
  })

  it('fails when it is not there, and works when it is plugged in', async () => {
    const { bench, board } = await open({ id: ID })
    w1(board).detach(ID)
    const error = await failureOf(bench.tank.read().result())
    expect(error.code).toBe('ERR_NO_DEVICE')
    w1(board).attach(ID, 12.5)
    expect((await bench.tank.read().result()).temperature).toBe(12.5)
  })

  it('fails when no sensor is there at all', async () => {
    const { bench, board } = await open({})
    w1(board).detach((board.part('tank') as Ds18b20Part).id)
    expect((await failureOf(bench.tank.read().result())).code).toBe('ERR_NO_DEVICE')
  })

  it('fails with what it says after power-on, when it lost its supply while it measured, and tries again', async () => {
    const { bench, board, clock } = await open({ id: ID }, { temperature: 20 })
    const part = board.part('tank') as Ds18b20Part
    clock.after(300e6, () => part.reset())
    const error = await failureOf(bench.tank.read({ attempts: 1 }).result())
    expect(error.code).toBe('ERR_BAD_READING')
    expect(error.message).toContain('85 °C')
    clock.after(300e6, () => part.reset())
    expect((await bench.tank.read({ attempts: 2 }).result()).temperature).toBe(20)
  })

  it.each([
    ['flip', 'ERR_BAD_READING', /checksum/],
    ['brown-out', 'ERR_BAD_READING', /power-on/],
    ['unplugged', 'ERR_NO_DEVICE', /not on w1/],
    ['error', 'ERR_IO', /refused/],
  ])('fails with a typed error, not with a wrong value: %s', async (kind, code, message) => {
    const faults = [{ kind, from: '3s', for: '10s', ...((kind === 'flip' || kind === 'error') && { probability: 1 }) }]
    const { bench, clock } = await open({ id: ID }, { temperature: 20, faults })
    expect((await bench.tank.read().result()).temperature).toBe(20)
    const at = (s: number) => new Promise<void>(resolve => clock.after(s * 1e9 - clock.now(), resolve))
    await at(4)
    const error = await failureOf(bench.tank.read().result())
    expect(error.code).toBe(code)
    expect(error.message).toMatch(message)
    await at(14)
    expect((await bench.tank.read().result()).temperature).toBe(20)
  })

  it('asks again after a wrong checksum, as often as it may', async () => {
    const faults = [{ kind: 'flip', probability: 1, for: '1s' }]
    const { bench, clock } = await open({ id: ID }, { temperature: 20, faults })
    expect((await bench.tank.read({ attempts: 2 }).result()).temperature).toBe(20)
    expect(clock.now()).toBe(750e6 + 10e6 + 750e6)
  })

  it('fails with a typed error when the bus hangs, and works when it goes again', async () => {
    const { bench, board } = await open({ id: ID }, { temperature: 20 })
    w1(board).hang()
    const error = await failureOf(bench.tank.read().result())
    expect(error).toMatchObject({ code: 'ERR_NOT_SAFE', cause: { code: 'ERR_BUS_HUNG' } })
    w1(board).recover()
    await bench.busQueue('w1').reset()
    expect((await bench.tank.read().result()).temperature).toBe(20)
  })

  it('can be cancelled while it measures, and measures again', async () => {
    const { bench, clock } = await open({ id: ID }, { temperature: 20 })
    const task = bench.tank.read()
    clock.after(100e6, () => task.cancel())
    await expect(task.result()).rejects.toMatchObject({ code: 'ERR_CANCELLED' })
    expect((await bench.tank.read().result()).temperature).toBe(20)
  })

  it.each([
    [{ id: '28-xyz' }, 'id'],
    [{ id: '2d-0316a2794aff' }, 'id'],
    [{ id: '../../etc' }, 'id'],
    [{ calibration: { scale: 0 } }, 'calibration'],
    [{ pin: 4 }, 'pin'],
  ])('refuses the configuration %j', async (config, where) => {
    const error = await failureOf(open(config as never))
    expect(error.code).toBe('ERR_BAD_CONFIG')
    expect(`${error.place} ${error.message}`).toContain(where)
  })

  it('refuses a sensor that another peripheral has', async () => {
    const named = await failureOf(openMockBench({ one: ds18b20({ id: ID }), two: ds18b20({ id: ID }) }))
    expect(named.message).toBe(`one.id and two.id both want w1 ${ID}`)
    const any = await failureOf(openMockBench({ one: ds18b20({}), two: ds18b20({}) }))
    expect(any.code).toBe('ERR_LINE_CLAIMED')
  })
})
