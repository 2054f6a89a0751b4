import { describe, expect, it } from 'vitest'
import { Guardian } from '../../../src/bench/guardian/guardian.js'
import type { GuardianOptions } from '../../../src/bench/guardian/guardian-options.js'
import type { PiWorkerError } from '../../../src/errors.js'
import { sleep } from '../../../src/worker/sleep.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'
import { failureOf } from '../setup.js'
import { FakeLink, item, LEASE_MS, stopLine, turn } from './world.js'

class Runner {
  readonly clock = new VirtualClock()
  readonly links: FakeLink[] = []
  /** Called with each guardian that is started, before anything is said to it. */
  onStart: (link: FakeLink) => void = () => undefined
  readonly told: string[] = []
  readonly guardian: Guardian

  constructor(options: Partial<GuardianOptions> = {}) {
    this.guardian = new Guardian({
      leaseMs: LEASE_MS,
      whenGuardianDies: 'restart',
      died: () => undefined,
      restarted: (why, pid) => void this.told.push(`restarted ${pid}: ${why}`),
      lost: error => void this.told.push(`lost: ${error.message}`),
      stopped: reason => void this.told.push(`stopped: ${reason}`),
      clock: this.clock,
      start: fds => {
        const link = new FakeLink(this.clock, 900 + this.links.length, fds)
        this.links.push(link)
        this.onStart(link)
        return link
      },
      ...options,
    })
  }

  get last(): FakeLink {
    return this.links.at(-1) as FakeLink
  }

  add(id: number, what: string, hold: 'exit' | 'forever' = 'exit'): number {
    const { id: _, ...rest } = item(id, what, hold)
    return this.guardian.add(rest)
  }
}

const line = (fd: number) => ({ kind: 'line', fd, calls: [] }) as const

describe('a runner', () => {
  it('has no guardian as long as there is nothing to guard', async () => {
    const runner = new Runner()
    await runner.guardian.begin()
    expect(runner.links).toEqual([])
    expect([...(await runner.guardian.bye())]).toEqual([])
  })

  it('waits until its guardian is ready', async () => {
    const runner = new Runner()
    runner.add(1, 'a')
    const beginning = runner.guardian.begin()
    expect(runner.guardian.pid).toBeUndefined()
    await beginning
    expect([runner.guardian.pid, runner.last.refs]).toEqual([900, false])
  })

  it('hands its descriptors over, and says which of the guardian’s they are', async () => {
    const runner = new Runner()
    runner.guardian.add({ what: 'a', hold: 'exit', handover: line(30) })
    runner.add(2, 'b')
    runner.guardian.add({ what: 'c', hold: 'exit', handover: line(20) })
    await runner.guardian.begin()
    expect(runner.last.fds).toEqual([30, 20])
    const [first] = runner.last.said
    expect(first).toMatchObject({ type: 'guard', runner: process.pid, leaseMs: LEASE_MS })
    expect(first?.type === 'guard' && first.items.map(({ handover }) => handover)).toMatchObject([
      { fd: 4 },
      { kind: 'file' },
      { fd: 5 },
    ])
  })

  it('shows that it lives, for as long as it does', async () => {
    const runner = new Runner()
    runner.add(1, 'a')
    await runner.guardian.begin()
    await sleep(runner.clock, 20 * LEASE_MS)
    expect([runner.last.world.done, runner.told]).toEqual([[], []])
  })

  it('is told why a guardian refuses, and names what', async () => {
    const runner = new Runner()
    runner.onStart = link => link.world.unacceptable.add('pump: GPIO17 low')
    runner.add(1, 'pump: GPIO17 low')
    expect(await failureOf(runner.guardian.begin())).toMatchObject({
      code: 'ERR_GUARDIAN',
      message: 'the guardian cannot guard pump: GPIO17 low: EBADF',
    })
  })

  it('gives up a guardian that never becomes ready, and ends it', async () => {
    const runner = new Runner()
    runner.onStart = link => {
      link.deaf = true
    }
    runner.add(1, 'a')
    expect(await failureOf(runner.guardian.begin())).toMatchObject({
      code: 'ERR_GUARDIAN',
      message: 'the guardian did not start: it ended with SIGKILL',
    })
  })

  it('is told when the system starts no process', async () => {
    const runner = new Runner({
      start: () => {
        throw Object.assign(new Error('spawn EAGAIN'), { code: 'EAGAIN' })
      },
    })
    runner.add(1, 'a')
    expect(await failureOf(runner.guardian.begin())).toMatchObject({
      code: 'ERR_GUARDIAN',
      message: 'no guardian can be started: spawn EAGAIN',
    })
  })

  it('stops when somebody stopped it through the guardian, and says that it did', async () => {
    const runner = new Runner()
    runner.add(1, 'a')
    await runner.guardian.begin()
    runner.last.duty.stop('fire')
    await turn()
    expect([runner.told, runner.last.words.at(-1)]).toEqual([['stopped: fire'], 'stopped'])
  })
})

describe('a stop line', () => {
  it('alone needs no guardian', async () => {
    const runner = new Runner()
    const { id: _, ...button } = stopLine(1, 'button')
    runner.guardian.add(button)
    await runner.guardian.begin()
    expect(runner.links).toEqual([])
  })

  it('that stopped the runner through the guardian is told as such', async () => {
    const lines: (boolean | undefined)[] = []
    const runner = new Runner({ stopped: (_, line) => void lines.push(line) })
    const { id: _, ...button } = stopLine(1, 'button')
    runner.onStart = link => link.world.levels.set('button', 'low')
    runner.guardian.add(button)
    runner.add(2, 'a')
    await runner.guardian.begin()
    runner.last.world.levels.set('button', 'high')
    await sleep(runner.clock, 30)
    expect([lines, runner.last.words.at(-1)]).toEqual([[true], 'stopped'])
  })
})

describe('what is guarded', () => {
  it('later is guarded before it can be driven: another guardian has all of it, and the first one leaves', async () => {
    const runner = new Runner()
    runner.add(1, 'a')
    await runner.guardian.begin()
    runner.add(2, 'b')
    await runner.guardian.update()
    const [first, second] = runner.links
    expect(second?.duty.status().items.map(({ what }) => what)).toEqual(['a', 'b'])
    await turn()
    expect([first?.words, first?.world.done]).toEqual([
      ['guard', 'replaced'],
      ['forget a', 'leave'],
    ])
    expect([runner.guardian.pid, runner.told]).toEqual([901, []])
  })

  it('is guarded by the first one as long as the second is not ready', async () => {
    const runner = new Runner()
    runner.add(1, 'a')
    await runner.guardian.begin()
    runner.onStart = link => link.world.unacceptable.add('b')
    runner.add(2, 'b')
    await failureOf(runner.guardian.update())
    expect([runner.guardian.pid, runner.links[0]?.words]).toEqual([900, ['guard']])
  })

  it('is dropped before it is let go, and asked for again only when the guardian has dropped it', async () => {
    const runner = new Runner()
    const id = runner.add(1, 'a')
    await runner.guardian.begin()
    runner.last.deaf = true
    runner.guardian.drop(id)
    let settled = false
    const settling = runner.guardian.settled().then(() => {
      settled = true
    })
    await turn()
    expect([settled, runner.last.words]).toEqual([false, ['guard', 'drop']])
    runner.last.deaf = false
    runner.last.duty.receive({ type: 'drop', id })
    await settling
    await runner.guardian.settled()
  })

  it('is dropped as well when its guardian dies', async () => {
    const runner = new Runner()
    const id = runner.add(1, 'a')
    await runner.guardian.begin()
    runner.last.deaf = true
    runner.guardian.drop(id)
    const settling = runner.guardian.settled()
    runner.last.end('it ended with SIGKILL')
    await settling
  })

  it('is changed, for the guardian that there is and for those to come', async () => {
    const runner = new Runner()
    const id = runner.guardian.add({ what: 'a', hold: 'exit', handover: line(30) })
    await runner.guardian.begin()
    const calls = [{ request: 1, bytes: 'AA==' }]
    runner.guardian.change(id, { kind: 'line', fd: 30, calls })
    expect(runner.last.said.at(-1)).toEqual({ type: 'change', id, calls })
    await runner.guardian.renew()
    expect(runner.last.said[0]).toMatchObject({ items: [{ handover: { fd: 4, calls } }] })
  })
})

describe('when the guardian dies', () => {
  it('another one is started, which has all of it, and the runner is told of both', async () => {
    const deaths: string[] = []
    const runner = new Runner({ died: why => void deaths.push(why) })
    runner.add(1, 'a')
    await runner.guardian.begin()
    runner.last.end('it ended with SIGKILL')
    expect([deaths, runner.told]).toEqual([['the guardian is gone: it ended with SIGKILL'], []])
    await turn()
    expect(runner.told).toEqual(['restarted 901: the guardian is gone: it ended with SIGKILL'])
    expect(runner.last.duty.status().items.map(({ what }) => what)).toEqual(['a'])
  })

  it('and no other one can be started, the guardian is lost', async () => {
    const runner = new Runner()
    runner.add(1, 'a')
    await runner.guardian.begin()
    runner.onStart = link => link.world.unacceptable.add('a')
    runner.last.end('it ended with SIGKILL')
    await turn()
    expect(runner.told).toEqual([
      'lost: the guardian is gone: it ended with SIGKILL; the guardian cannot guard a: EBADF',
    ])
  })

  it('it is lost at once where that is declared', async () => {
    const errors: PiWorkerError[] = []
    const runner = new Runner({ whenGuardianDies: 'safe', lost: error => void errors.push(error) })
    runner.add(1, 'a')
    await runner.guardian.begin()
    runner.last.end('it ended with SIGKILL')
    expect(errors).toMatchObject([{ code: 'ERR_GUARDIAN', message: 'the guardian is gone: it ended with SIGKILL' }])
    expect(runner.links).toHaveLength(1)
  })

  it('again and again, it is lost: nothing that dies so often guards', async () => {
    const runner = new Runner()
    runner.add(1, 'a')
    await runner.guardian.begin()
    for (let death = 1; death <= 6; death++) {
      await sleep(runner.clock, 5000)
      runner.last.end('it ended with SIGKILL')
      await turn()
    }
    expect(runner.told.at(-1)).toBe('lost: the guardian is gone: it ended with SIGKILL; 6 of them died within 60 s')
    expect([runner.told.length, runner.links.length]).toEqual([6, 6])
  })

  it('now and then, another one is started each time', async () => {
    const runner = new Runner()
    runner.add(1, 'a')
    await runner.guardian.begin()
    for (let death = 1; death <= 20; death++) {
      await sleep(runner.clock, 12_000)
      runner.last.end('it ended with SIGKILL')
      await turn()
    }
    expect(runner.told.filter(text => text.startsWith('restarted'))).toHaveLength(20)
  })

  it('so does one that is silent: it is ended', async () => {
    const runner = new Runner()
    runner.add(1, 'a')
    await runner.guardian.begin()
    runner.last.deaf = true
    await sleep(runner.clock, 4 * LEASE_MS)
    expect(runner.told).toEqual(['restarted 901: the guardian is gone: it ended with SIGKILL'])
  })
})

describe('at the end', () => {
  it('a guardian that has nothing to hold leaves, and another one is not started', async () => {
    const runner = new Runner()
    runner.add(1, 'a')
    await runner.guardian.begin()
    expect([...(await runner.guardian.bye())]).toEqual([])
    await sleep(runner.clock, 10 * LEASE_MS)
    expect([runner.last.world.done, runner.told, runner.links.length]).toEqual([['safe a', 'forget a', 'leave'], [], 1])
  })

  it('a guardian tells what it goes on holding', async () => {
    const runner = new Runner()
    runner.add(1, 'a')
    const id = runner.add(2, 'b', 'forever')
    await runner.guardian.begin()
    expect([...(await runner.guardian.bye())]).toEqual([id])
  })

  it('a guardian that does not answer, and was to hold something, is replaced by one that holds it', async () => {
    const runner = new Runner()
    const id = runner.add(1, 'a', 'forever')
    await runner.guardian.begin()
    runner.last.deaf = true
    expect([...(await runner.guardian.bye())]).toEqual([id])
    expect([runner.links.length, runner.last.duty.status().state, runner.told]).toEqual([2, 'holding', []])
  })

  it('it is told when nobody holds what is to be held: neither that guardian nor another one', async () => {
    const runner = new Runner()
    runner.add(1, 'a', 'forever')
    await runner.guardian.begin()
    runner.last.deaf = true
    runner.onStart = link => link.world.unacceptable.add('a')
    expect(await failureOf(runner.guardian.bye())).toMatchObject({
      code: 'ERR_GUARDIAN',
      message: 'a is not held after the end: the guardian cannot guard a: EBADF',
      place: 'a',
    })
    expect(runner.told).toEqual([])
  })

  it('it is told too when the second guardian does not answer either', async () => {
    const runner = new Runner()
    runner.add(1, 'a', 'forever')
    await runner.guardian.begin()
    const deafen = (link: FakeLink): void => {
      const { send } = link
      link.send = message => {
        link.deaf ||= message.type === 'bye'
        send.call(link, message)
      }
    }
    deafen(runner.last)
    runner.onStart = deafen
    expect(await failureOf(runner.guardian.bye())).toMatchObject({
      code: 'ERR_GUARDIAN',
      message: 'a is not held after the end: the guardian does not answer',
    })
    expect(runner.links).toHaveLength(2)
  })

  it('what a lost guardian was to hold is held by another one', async () => {
    const runner = new Runner({ whenGuardianDies: 'safe' })
    const id = runner.add(1, 'a', 'forever')
    await runner.guardian.begin()
    runner.last.end('it ended with SIGKILL')
    expect([...(await runner.guardian.bye())]).toEqual([id])
  })

  it('nothing is held where somebody wanted the guardian to end', async () => {
    const runner = new Runner()
    runner.add(1, 'a', 'forever')
    await runner.guardian.begin()
    runner.last.duty.terminate()
    expect([...(await runner.guardian.bye())]).toEqual([])
    expect(runner.links).toHaveLength(1)
  })

  it('no guardian is started for a bench that had none', async () => {
    const runner = new Runner()
    runner.onStart = link => link.world.unacceptable.add('a')
    runner.add(1, 'a', 'forever')
    await failureOf(runner.guardian.begin())
    expect([...(await runner.guardian.bye()), runner.links.length]).toEqual([1])
  })

  it('a guardian that does not answer is ended, so that the lines are let go', async () => {
    const runner = new Runner()
    runner.add(1, 'a')
    await runner.guardian.begin()
    runner.last.deaf = true
    expect([...(await runner.guardian.bye())]).toEqual([])
    expect(runner.last.refs).toBe(false)
  })
})
