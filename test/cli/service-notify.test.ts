import { describe, expect, it } from 'vitest'
import { type NotifyEnvironment, ServiceNotifier } from '../../src/cli/service-notify.js'
import { VirtualClock } from '../../src/worker/virtual-clock.js'

function notifierOf(env: NotifyEnvironment) {
  const sent: [number, ...string[]][] = []
  const clock = new VirtualClock()
  const notifier = ServiceNotifier.of(env, clock, (...variables) => sent.push([clock.now() / 1e9, ...variables]))
  return { notifier, sent, wait: (seconds: number) => clock.reach(clock.now() + seconds * 1e9) }
}

describe('a run under systemd', () => {
  it('says nothing where no systemd waits for it', () => {
    expect(notifierOf({}).notifier).toBeUndefined()
    expect(notifierOf({ NOTIFY_SOCKET: '' }).notifier).toBeUndefined()
  })

  it('says that it is ready, what it does, and once that it ends', () => {
    const { notifier, sent } = notifierOf({ NOTIFY_SOCKET: '/run/x' })
    notifier?.ready('runs Dose')
    notifier?.stopping()
    notifier?.stopping()
    expect(sent).toEqual([
      [0, 'READY=1', 'STATUS=runs Dose'],
      [0, 'STOPPING=1'],
    ])
  })

  it('gives a sign of life twice in the time of the watchdog, until it is closed', async () => {
    const { notifier, sent, wait } = notifierOf({ NOTIFY_SOCKET: '/run/x', WATCHDOG_USEC: '30000000' })
    notifier?.ready('runs Dose')
    await wait(31)
    notifier?.stopping()
    await wait(15)
    notifier?.close()
    await wait(100)
    expect(sent.map(([at, what]) => `${at} ${what}`)).toEqual([
      '0 READY=1',
      '15 WATCHDOG=1',
      '30 WATCHDOG=1',
      '31 STOPPING=1',
      '45 WATCHDOG=1',
    ])
  })

  it('gives none when the watchdog is meant for another process', async () => {
    const env = { NOTIFY_SOCKET: '/run/x', WATCHDOG_USEC: '30000000', WATCHDOG_PID: '1' }
    const { notifier, sent, wait } = notifierOf(env)
    notifier?.ready('runs Dose')
    await wait(60)
    expect(sent).toHaveLength(1)
  })
})
