import { describe, expect, it } from 'vitest'
import { sleep } from '../../../src/worker/sleep.js'
import { FakeWorld, guarding, item, LEASE_MS, RUNNER, stopLine, turn } from './world.js'

/** Signs of life for so many ms. */
async function beatFor(ms: number, { duty, world }: Awaited<ReturnType<typeof guarding>>): Promise<void> {
  for (let past = 0; past < ms; past += LEASE_MS / 4) {
    await sleep(world.clock, LEASE_MS / 4)
    duty.receive({ type: 'beat' })
  }
}

describe('a guardian', () => {
  it('says that it is ready when it has accepted everything', async () => {
    const { world } = await guarding([item(1, 'a'), item(2, 'b')])
    expect([world.told, world.done]).toEqual([[{ type: 'ready' }], []])
  })

  it('refuses what it cannot carry out, names it, and leaves', async () => {
    const world = new FakeWorld()
    world.unacceptable.add('b')
    await guarding([item(1, 'a'), item(2, 'b')], world)
    expect(world.told).toEqual([{ type: 'refused', what: 'b', error: 'EBADF' }])
    expect(world.done).toEqual(['forget a', 'leave'])
  })

  it('leaves when its runner ends before it has said anything', async () => {
    const { Duty } = await import('../../../src/bench/guardian/duty.js')
    const world = new FakeWorld()
    new Duty(world).gone()
    expect(world.done).toEqual(['leave'])
  })

  it('does nothing as long as its runner lives', async () => {
    const both = await guarding([item(1, 'a')])
    await beatFor(10 * LEASE_MS, both)
    expect(both.world.done).toEqual([])
  })

  it('knows that its runner is dead before it hears of it', async () => {
    const { duty, world } = await guarding([item(1, 'a')])
    expect(duty.status().state).toBe('guarding')
    world.lives = false
    expect(duty.status().state).toBe('ending')
  })

  it('answers signs of life', async () => {
    const { duty, world } = await guarding([item(1, 'a')])
    duty.receive({ type: 'beat' })
    expect(world.told.at(-1)).toEqual({ type: 'beat' })
  })
})

describe('when the runner dies', () => {
  it('a guardian makes all safe at once, lets it go, says so in one line, and leaves', async () => {
    const { duty, world } = await guarding([item(1, 'a'), item(2, 'b')])
    world.lives = false
    duty.gone()
    await turn()
    expect(world.done).toEqual(['safe a after', 'safe b after', 'let go a', 'let go b', 'leave'])
    expect(world.logged).toEqual(['2000-01-01T00:00:00.000Z pi-worker guardian 812: runner 811 died; safe are a, b'])
  })

  it('makes the others safe although one cannot be, and says which', async () => {
    const { duty, world } = await guarding([item(1, 'a'), item(2, 'b')])
    world.broken.add('a')
    world.lives = false
    duty.gone()
    await turn()
    expect(world.done).toContain('safe b after')
    expect(world.logged[0]).toMatch(/safe are b; NOT SAFE are a \(ENODEV\)$/)
  })

  it('keeps what is to be held, and stays for it', async () => {
    const { duty, world } = await guarding([item(1, 'a'), item(2, 'b', 'forever')])
    world.lives = false
    duty.gone()
    await turn()
    await sleep(world.clock, '2000h')
    expect(world.done).toEqual(['safe a after', 'safe b after', 'let go a', 'detach'])
    expect(world.logged[0]).toMatch(/held are b until the next run$/)
    expect(duty.status()).toMatchObject({
      runner: RUNNER,
      state: 'holding',
      items: [{ id: 2, what: 'b', hold: 'forever' }],
    })
  })

  it('lets go after the time for which it is to be held, and leaves', async () => {
    const { duty, world } = await guarding([item(1, 'a', 5000)])
    world.lives = false
    duty.gone()
    await turn()
    await sleep(world.clock, 4999)
    expect(world.done).not.toContain('let go a')
    await sleep(world.clock, 2)
    expect(world.done.slice(-2)).toEqual(['let go a', 'leave'])
  })

  it('leaves the runner its own exit code: one that closed its socket a moment before its end is not killed', async () => {
    const { duty, world } = await guarding([item(1, 'a')])
    duty.gone()
    world.clock.after(300e6, () => {
      world.lives = false
    })
    await sleep(world.clock, 400)
    expect(world.done.filter(done => done.startsWith('kill'))).toEqual([])
    expect(world.done[0]).toBe('safe a')
    expect(world.done.slice(-3)).toEqual(['safe a after', 'let go a', 'leave'])
  })

  it('ends a runner that only closed its socket, and makes all safe until it is gone', async () => {
    const { duty, world } = await guarding([item(1, 'a')])
    world.dyingNs = 50e6
    duty.gone()
    await sleep(world.clock, 2000)
    expect(world.done).toContain(`kill ${RUNNER}`)
    expect(world.done.at(-3)).toBe('safe a after')
  })
})

describe('when the runner hangs', () => {
  it('a guardian makes all safe, then ends the runner, then makes all safe once more', async () => {
    const { world } = await guarding([item(1, 'a')])
    await sleep(world.clock, LEASE_MS - 1)
    expect(world.done).toEqual([])
    await sleep(world.clock, 30)
    expect(world.done).toEqual(['safe a', `kill ${RUNNER}`, 'safe a after', 'let go a', 'leave'])
    expect(world.logged[0]).toMatch(/runner 811 was silent for 2000 ms and has been ended; safe are a$/)
  })

  it('whatever a thread of the runner writes before it is dead, the last write is the guardian’s', async () => {
    const world = new FakeWorld()
    world.dyingNs = 130e6
    await guarding([item(1, 'a')], world)
    await sleep(world.clock, LEASE_MS + 1000)
    const kills = world.done.lastIndexOf(`kill ${RUNNER}`)
    expect(world.done.slice(kills + 1)).toEqual(['safe a after', 'let go a', 'leave'])
    expect(world.done.filter(done => done === 'safe a').length).toBeGreaterThan(5)
  })

  it('it counts from the last sign of life', async () => {
    const both = await guarding([item(1, 'a')])
    await beatFor(3 * LEASE_MS, both)
    await sleep(both.world.clock, LEASE_MS - 1)
    expect(both.world.done).toEqual([])
    await sleep(both.world.clock, 30)
    expect(both.world.done).toContain('safe a')
  })

  it('its death is no second reason to do anything', async () => {
    const { duty, world } = await guarding([item(1, 'a')])
    await sleep(world.clock, LEASE_MS + 30)
    const before = [...world.done]
    duty.gone()
    await turn()
    expect(world.done).toEqual(before)
  })
})

describe('when the runner says goodbye', () => {
  it('a guardian lets the runner let go, says nothing, and leaves', async () => {
    const { duty, world } = await guarding([item(1, 'a')])
    duty.receive({ type: 'bye' })
    expect(world.done).toEqual(['safe a', 'forget a', 'leave'])
    expect([world.told.at(-1), world.logged]).toEqual([{ type: 'over', holds: [] }, []])
  })

  it('keeps what is to be held, and tells the runner and the log', async () => {
    const { duty, world } = await guarding([item(1, 'a', 'forever'), item(2, 'b')])
    duty.receive({ type: 'bye' })
    duty.gone()
    await turn()
    expect(world.told.at(-1)).toEqual({ type: 'over', holds: [1] })
    expect(world.done).toEqual(['safe a', 'safe b', 'forget b', 'detach'])
    expect(world.logged[0]).toMatch(/runner 811 has ended; safe are a, b; held are a until the next run$/)
  })

  it('says so when something is not safe', async () => {
    const { duty, world } = await guarding([item(1, 'a')])
    world.broken.add('a')
    duty.receive({ type: 'bye' })
    expect(world.logged[0]).toMatch(/runner 811 has ended; NOT SAFE are a \(ENODEV\)$/)
  })

  it('does not watch it any more', async () => {
    const { duty, world } = await guarding([item(1, 'a', 'forever')])
    duty.receive({ type: 'bye' })
    await sleep(world.clock, 10 * LEASE_MS)
    expect(world.done).not.toContain(`kill ${RUNNER}`)
  })

  it('cannot hold what is no line, and lets it be', async () => {
    const pwm = { kind: 'pwm', folder: '/sys/class/pwm/pwmchip0', channel: 0, duty: 0 } as const
    const { duty, world } = await guarding([item(1, 'a', 'forever', pwm)])
    duty.receive({ type: 'bye' })
    expect(world.done).toEqual(['forget pwm', 'leave'])
  })
})

describe('before it writes down what it did, a guardian', () => {
  it('goes on making safe what somebody stopped', async () => {
    const { duty, world } = await guarding([item(1, 'a')])
    world.log = () => {
      world.log = () => undefined
      throw new RangeError('nobody reads it')
    }
    duty.stop('fire').catch(() => undefined)
    await sleep(world.clock, 30)
    expect(world.done).toEqual(['safe a', 'safe a'])
  })

  it.each(['gone', 'bye'] as const)('holds what is to be held: %s', async how => {
    const { duty, world } = await guarding([item(1, 'a', 5000)])
    const states: string[] = []
    world.log = () => void states.push(duty.status().state)
    world.lives = false
    if (how === 'gone') duty.gone()
    else duty.receive({ type: 'bye' })
    await turn()
    expect([states, world.done.at(-1)]).toEqual([['holding'], 'detach'])
  })
})

describe('while it guards, a guardian', () => {
  it('leaves alone what its runner is about to let go', async () => {
    const { duty, world } = await guarding([item(1, 'a'), item(2, 'b')])
    duty.receive({ type: 'drop', id: 1 })
    expect(world.told.at(-1)).toEqual({ type: 'dropped', id: 1 })
    world.lives = false
    duty.gone()
    await turn()
    expect(world.done).toEqual(['forget a', 'safe b after', 'let go b', 'leave'])
  })

  it('learns what makes lines safe that are set up anew', async () => {
    const { duty, world } = await guarding([item(1, 'a', 'exit', { kind: 'line', fd: 4, calls: [] })])
    duty.receive({ type: 'change', id: 1, calls: [{ request: 1, bytes: '' }] })
    expect(world.done).toEqual(['change line 4 1'])
  })

  it('leaves without touching anything when another one has taken over', async () => {
    const { duty, world } = await guarding([item(1, 'a', 'forever')])
    duty.receive({ type: 'replaced' })
    duty.gone()
    await turn()
    expect(world.done).toEqual(['forget a', 'leave'])
  })

  it('does not leave its runner when somebody wants it to end, but holds nothing afterwards', async () => {
    const { duty, world } = await guarding([item(1, 'a', 'forever')])
    duty.terminate()
    expect(world.done).toEqual([])
    duty.receive({ type: 'bye' })
    expect(world.done).toEqual(['safe a', 'forget a', 'leave'])
  })

  it('lends nothing', async () => {
    const { duty } = await guarding([item(1, 'a', 'forever')])
    await expect(duty.take(1, {}, undefined)).rejects.toThrow('runner 811 has not ended')
    expect(() => duty.letGo(1)).toThrow('runner 811 has not ended')
  })
})

describe('a stop through the guardian', () => {
  it('makes all safe before anything is asked, and again until the runner has stopped its queues', async () => {
    const both = await guarding([item(1, 'a')])
    const { duty, world } = both
    const stopping = duty.stop('fire')
    expect([world.done, world.told.at(-1)]).toEqual([['safe a'], { type: 'stop', reason: 'fire' }])
    await sleep(world.clock, 50)
    expect(world.done).toEqual(['safe a', 'safe a', 'safe a'])
    duty.receive({ type: 'stopped' })
    expect(await stopping).toEqual({ did: ['a'], failed: [] })
    await beatFor(2 * LEASE_MS, both)
    expect(world.done).toHaveLength(3)
    expect(world.logged[0]).toMatch(/runner 811 was stopped: fire; safe are a$/)
  })

  it('ends a runner that does not take it within 250 ms, whose threads may drive lines, before it is confirmed', async () => {
    const world = new FakeWorld()
    world.dyingNs = 50e6
    const { duty } = await guarding([item(1, 'a')], world)
    let confirmed = false
    const stopping = duty.stop('fire').finally(() => {
      confirmed = true
    })
    await sleep(world.clock, 249)
    expect([confirmed, world.done.includes(`kill ${RUNNER}`)]).toEqual([false, false])
    await sleep(world.clock, 30)
    expect([confirmed, world.done.includes(`kill ${RUNNER}`)]).toEqual([false, true])
    expect(await stopping).toEqual({ did: ['a'], failed: [] })
    expect(world.done.slice(-3)).toEqual(['safe a after', 'let go a', 'leave'])
    expect(world.logged.at(-1)).toMatch(
      /runner 811 did not take the stop within 250 ms and has been ended; safe are a$/,
    )
  })

  it('is confirmed too when the runner dies or says goodbye meanwhile', async () => {
    const dying = await guarding([item(1, 'a')])
    const first = dying.duty.stop('fire')
    dying.world.lives = false
    dying.duty.gone()
    expect(await first).toEqual({ did: ['a'], failed: [] })
    const ending = await guarding([item(1, 'a')])
    const second = ending.duty.stop('fire')
    ending.duty.receive({ type: 'bye' })
    expect(await second).toEqual({ did: ['a'], failed: [] })
  })

  it('is confirmed to everybody who asked for it', async () => {
    const { duty } = await guarding([item(1, 'a')])
    const stopping = [duty.stop('fire'), duty.stop('smoke')]
    duty.receive({ type: 'stopped' })
    expect(await Promise.all(stopping)).toHaveLength(2)
  })

  it('says what it could not make safe', async () => {
    const { duty, world } = await guarding([item(1, 'a')])
    world.broken.add('a')
    const stopping = duty.stop('fire')
    duty.receive({ type: 'stopped' })
    expect(await stopping).toEqual({ did: [], failed: ['a (ENODEV)'] })
  })

  it('makes what is held safe again', async () => {
    const { duty, world } = await guarding([item(1, 'a', 'forever')])
    duty.receive({ type: 'bye' })
    world.done.length = 0
    expect(await duty.stop('fire')).toEqual({ did: ['a'], failed: [] })
    expect(world.done).toEqual(['safe a after'])
  })

  it('is refused by one that guards nothing yet, or not any more', async () => {
    const { Duty } = await import('../../../src/bench/guardian/duty.js')
    const duty = new Duty(new FakeWorld())
    await expect(duty.stop('fire')).rejects.toMatchObject({ code: 'ERR_GUARDIAN' })
    expect(duty.status().state).toBe('starting')
    const replaced = await guarding([item(1, 'a')])
    const stopping = replaced.duty.stop('fire')
    replaced.duty.receive({ type: 'replaced' })
    await expect(stopping).rejects.toMatchObject({ code: 'ERR_GUARDIAN' })
    await expect(replaced.duty.stop('fire')).rejects.toMatchObject({ code: 'ERR_GUARDIAN' })
    expect(replaced.duty.status().state).toBe('leaving')
  })
})

describe('a stop line', () => {
  async function watching({ debounceNs = 0 } = {}) {
    const world = new FakeWorld()
    world.levels.set('button', 'low')
    const both = await guarding([item(1, 'a'), stopLine(2, 'button', debounceNs)], world)
    const stops = () => world.told.filter(({ type }) => type === 'stop')
    return { ...both, stops }
  }

  it('that opens stops the runner within 20 ms, whatever its event loop does', async () => {
    const { world, stops } = await watching()
    await sleep(world.clock, 1000)
    expect([world.done, stops()]).toEqual([[], []])
    world.levels.set('button', 'high')
    await sleep(world.clock, 20)
    expect(world.done).toEqual(['safe a'])
    expect(stops()).toEqual([{ type: 'stop', reason: 'button opened', line: true }])
  })

  it('stops it once each time that it opens', async () => {
    const both = await watching()
    const { duty, world, stops } = both
    for (const opening of [1, 2]) {
      world.levels.set('button', 'high')
      await sleep(world.clock, 30)
      duty.receive({ type: 'stopped' })
      await beatFor(LEASE_MS, both)
      expect(stops()).toHaveLength(opening)
      world.levels.set('button', 'low')
      await sleep(world.clock, 30)
    }
  })

  it('does not stop it before it has been open for its debounce', async () => {
    const { world, stops } = await watching({ debounceNs: 100e6 })
    world.levels.set('button', 'high')
    await sleep(world.clock, 90)
    world.levels.set('button', 'low')
    await sleep(world.clock, 20)
    world.levels.set('button', 'high')
    await sleep(world.clock, 90)
    expect(stops()).toEqual([])
    await sleep(world.clock, 40)
    expect(stops()).toHaveLength(1)
  })

  it('is remembered when the runner did not take the stop, so that whoever starts it again hears of it', async () => {
    const taken = await watching()
    taken.world.levels.set('button', 'high')
    await sleep(taken.world.clock, 30)
    taken.duty.receive({ type: 'stopped' })
    taken.world.lives = false
    taken.duty.gone()
    await turn()
    expect(taken.world.remembered).toEqual([])
    const stuck = await watching()
    stuck.world.levels.set('button', 'high')
    await sleep(stuck.world.clock, 400)
    expect(stuck.world.remembered).toEqual(['dose: button opened'])
  })

  it('that cannot be read any more stops it', async () => {
    const { world, stops } = await watching()
    world.levels.delete('button')
    await sleep(world.clock, 20)
    expect(stops()).toEqual([{ type: 'stop', reason: 'button cannot be read: ENODEV', line: true }])
  })

  it('that cannot be read from the beginning is refused', async () => {
    const world = new FakeWorld()
    await guarding([stopLine(1, 'button')], world)
    expect(world.told).toEqual([{ type: 'refused', what: 'button', error: 'ENODEV' }])
  })

  it('is not heeded once it is dropped, or the runner has ended', async () => {
    const dropped = await watching()
    dropped.duty.receive({ type: 'drop', id: 2 })
    dropped.world.levels.set('button', 'high')
    await sleep(dropped.world.clock, 100)
    expect(dropped.stops()).toEqual([])
    const ended = await watching()
    ended.duty.receive({ type: 'bye' })
    ended.world.levels.set('button', 'high')
    await sleep(ended.world.clock, 100)
    expect([ended.stops(), ended.world.done]).toEqual([[], ['safe a', 'forget a', 'forget button', 'leave']])
  })
})

describe('what is held', () => {
  async function holding() {
    const line = { kind: 'line', fd: 4, calls: [] } as const
    const both = await guarding([item(1, 'a', 60_000), item(2, 'b', 'forever', line)])
    both.duty.receive({ type: 'bye' })
    both.world.done.length = 0
    return both
  }

  it('is lent with its descriptor, and forgotten when the next runner guards it', async () => {
    const { duty, world } = await holding()
    const borrower = {}
    await duty.take(2, borrower, '/run/mail')
    expect(world.done).toEqual(['post 4 to /run/mail'])
    duty.taken(borrower)
    expect(world.done.slice(1)).toEqual(['forget line 4'])
  })

  it('ends the guardian when the last of it has been taken', async () => {
    const { duty, world } = await holding()
    const borrower = {}
    await duty.take(1, borrower, undefined)
    await duty.take(2, borrower, '/run/mail')
    duty.taken(borrower)
    expect(world.done.at(-1)).toBe('leave')
  })

  it('is not lent twice', async () => {
    const { duty } = await holding()
    await duty.take(1, {}, undefined)
    await expect(duty.take(1, {}, undefined)).rejects.toThrow('a is being taken over')
  })

  it('is made safe again and held on when the next runner dies before it guards it', async () => {
    const { duty, world } = await holding()
    const borrower = {}
    await duty.take(1, borrower, undefined)
    await sleep(world.clock, 120_000)
    expect(world.done).toEqual([])
    duty.returned(borrower)
    expect(world.done).toEqual(['safe a after'])
    await sleep(world.clock, 60_001)
    expect(world.done).toContain('let go a')
  })

  it('is let go when the next runner wants it in another way', async () => {
    const { duty, world } = await holding()
    duty.letGo(1)
    expect(world.done).toEqual(['let go a'])
    expect(() => duty.letGo(1)).toThrow('the guardian has no item 1')
    duty.letGo(2)
    expect(world.done.slice(1)).toEqual(['let go line 4', 'leave'])
  })

  it('is let go when somebody wants the guardian to end', async () => {
    const { duty, world } = await holding()
    duty.terminate()
    expect(world.done).toEqual(['let go a', 'let go line 4', 'leave'])
    expect(world.logged.at(-1)).toMatch(/ended from outside, lets go of a, b$/)
  })
})
