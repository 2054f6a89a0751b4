import { describe, expect, it } from 'vitest'
import { loadRealtimeCalls, type RealtimeCalls, RealtimeThread } from '../../drivers/play-realtime.js'

/** A system that answers as it is told, and what it was asked. */
function system(answers: { schedule?: string; lock?: string } = {}) {
  const asked: string[] = []
  const calls: RealtimeCalls = {
    schedule: policy => {
      asked.push(policy)
      return (policy === 'fifo' && answers.schedule) || 0
    },
    lock: memory => {
      asked.push(`lock ${memory.byteLength}`)
      return answers.lock ?? 0
    },
    unlock: memory => void asked.push(`unlock ${memory.byteLength}`),
    sharpenTimers: () => {
      asked.push('sharp')
      return 0
    },
    now: () => 0,
    toKernel: BigInt,
  }
  return { asked, thread: new RealtimeThread(calls) }
}

const memory = [new Float64Array(2), new Uint32Array(3)]

describe('a thread that plays', () => {
  it('gets real-time scheduling and locked memory for the time of the play', () => {
    const { asked, thread } = system()
    expect(thread.prepare(memory, undefined)).toEqual({ scheduling: 'fifo', locked: true, whyNot: [] })
    thread.rest()
    expect(asked).toEqual(['sharp', 'lock 16', 'lock 12', 'fifo', 'normal', 'unlock 16', 'unlock 12'])
  })

  it('says what was not granted, and what it takes', () => {
    const { asked, thread } = system({ schedule: 'EPERM', lock: 'ENOMEM' })
    expect(thread.prepare(memory, undefined)).toEqual({
      scheduling: 'normal',
      locked: false,
      whyNot: [
        'memory is not locked: ENOMEM (it takes CAP_IPC_LOCK or a memlock limit)',
        'no SCHED_FIFO: EPERM (it takes CAP_SYS_NICE or an rtprio limit)',
      ],
    })
    thread.rest()
    expect(asked.filter(call => call.startsWith('unlock'))).toEqual([])
  })

  it('does not ask for what the play must not have', () => {
    const { asked, thread } = system()
    expect(thread.prepare(memory, 'it is too dense')).toEqual({
      scheduling: 'normal',
      locked: true,
      whyNot: ['no SCHED_FIFO: it is too dense'],
    })
    expect(asked).not.toContain('fifo')
  })

  it('plays without koffi, and says so', () => {
    expect(new RealtimeThread('koffi has no binary for armv6l').prepare(memory, undefined)).toEqual({
      scheduling: 'normal',
      locked: false,
      whyNot: ['no SCHED_FIFO and no locked memory: koffi has no binary for armv6l'],
    })
  })
})

describe('the calls of the C library', () => {
  it('are not loaded on ARMv6, where koffi would end the process', async () => {
    expect(await loadRealtimeCalls('arm', 'armv6l')).toBe('koffi has no binary for armv6l')
  })

  it.runIf(process.platform === 'linux')('read the kernel clock', async () => {
    const calls = await loadRealtimeCalls()
    if (typeof calls === 'string') throw new TypeError(calls)
    const before = process.hrtime.bigint()
    const time = calls.now()
    const after = process.hrtime.bigint()
    expect(calls.toKernel(time)).toBeGreaterThanOrEqual(before)
    expect(calls.toKernel(time)).toBeLessThanOrEqual(after)
  })
})
