import { describe, expect, it } from 'vitest'
import type { EdgeEvent, LineHandle, LineSettings } from '../../drivers/driver.js'
import { PiWorkerError } from '../../src/errors.js'
import { watchEdges } from '../../src/peripherals/edge-watch.js'
import { input } from '../../src/peripherals/index.js'
import { openMockBench } from '../bench/setup.js'

/** A handle whose edges the test makes up. */
class ScriptedHandle implements LineHandle {
  readonly lines = [4]
  settings: LineSettings = { direction: 'input', bias: 'pull-up' }
  listeners: ((event: EdgeEvent) => void)[] = []

  get = () => 1
  set = () => undefined
  release = () => undefined
  play = () => Promise.reject(new PiWorkerError('ERR_UNSUPPORTED', 'it is an input'))

  reconfigure(settings: LineSettings): void {
    this.settings = settings
  }

  edges(listener: (event: EdgeEvent) => void): () => void {
    this.listeners.push(listener)
    return () => {
      this.listeners = this.listeners.filter(other => other !== listener)
    }
  }

  emit(event: EdgeEvent): void {
    for (const listener of this.listeners) listener(event)
  }
}

const edge = (time: number): EdgeEvent => ({ kind: 'edge', line: 4, direction: 'rising', time, sequence: 1 })
const lost = (time: number): EdgeEvent => ({ kind: 'lost', line: 4, count: 44, time })

describe('a watch', () => {
  it('listens while it lasts, and does not touch the settings of the line', () => {
    const handle = new ScriptedHandle()
    const end = watchEdges({ handle, since: 0, failed: () => undefined })
    expect(handle.listeners).toHaveLength(1)
    end()
    expect([handle.listeners, handle.settings]).toEqual([[], { direction: 'input', bias: 'pull-up' }])
  })

  it('passes over what came before it began', () => {
    const handle = new ScriptedHandle()
    const heard: number[] = []
    watchEdges({
      handle,
      since: 100,
      edge: ({ time }) => heard.push(time),
      lost: ({ time }) => heard.push(time),
      failed: () => undefined,
    })
    for (const event of [lost(99), edge(99), edge(100), lost(101)]) handle.emit(event)
    expect(heard).toEqual([100, 101])
  })

  it('tells of a failure whenever it comes', () => {
    const handle = new ScriptedHandle()
    const failures: string[] = []
    watchEdges({ handle, since: 100, failed: ({ error }) => failures.push(error.message) })
    handle.emit({ kind: 'failed', error: new TypeError('gone') })
    expect(failures).toEqual(['gone'])
  })
})

describe('a capture', () => {
  it('counts the edges that the driver knows it has lost', async () => {
    const handle = new ScriptedHandle()
    const { bench, board, clock } = await openMockBench({ level: input({ line: 4 }) })
    const context = { clock, sleep: (ms: number) => new Promise<void>(resolve => clock.after(ms * 1e6, resolve)) }
    const device = { name: 'level', handle, activeLow: false, board }
    clock.after(5e6, () => [lost(5e6), edge(5e6)].map(event => handle.emit(event)))
    const run = input.actions.capture.run as (...given: unknown[]) => Promise<unknown>
    expect(await run(device, { for: 10 }, context)).toMatchObject({ lost: 44, edges: [{ edge: 'rising', time: 5e6 }] })
    await bench.close()
  })
})
