/**
 * The play thread: plays one pulse sequence after the other on the lines of one handle, so that the event loop of the
 * program neither holds it up nor is held up. A program of its own for a worker thread.
 */

import { openSync, writeSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { getSystemErrorName } from 'node:util'
import { parentPort, workerData } from 'node:worker_threads'
import { PiWorkerError } from '../src/errors.js'
import { SystemClock } from '../src/worker/clock.js'
import type { PlayBegun, PlayOrder, PlayTarget, PlayThreadData } from './play-order.js'
import { loadRealtimeCalls, RealtimeThread } from './play-realtime.js'
import { type PlayMachine, serve } from './play-server.js'

const ONE = Buffer.from('1')
const ZERO = Buffer.from('0')
const NO_FD = -1

const { target, spinners } = workerData as PlayThreadData
const calls = await loadRealtimeCalls()
const realtime = new RealtimeThread(calls)
const lines = target.kind === 'ioctl' ? await ioctlLines(target) : fileLines(target.fds)
const machine: PlayMachine = {
  ...(typeof calls === 'string' ? clockOfNode() : { now: calls.now, toKernel: calls.toKernel }),
  ...lines,
  prepare: (memory, notFifo) => realtime.prepare(memory, notFifo),
  announce: (id, beganKernelNs) => parentPort?.postMessage({ kind: 'begun', id, beganKernelNs } satisfies PlayBegun),
  rest: () => realtime.rest(),
  processors: availableParallelism(),
  spinners: new Int32Array(spinners),
  sleeps: { lateNs: 0 },
}

parentPort?.on('message', (order: PlayOrder) => {
  const report = serve(order, machine)
  if (report !== undefined) parentPort?.postMessage(report, [report.lateness.firstNs.buffer as ArrayBuffer])
})

function clockOfNode(): Pick<PlayMachine, 'now' | 'toKernel'> {
  const clock = new SystemClock()
  // What the clock makes of the kernel's 0 is how far its own 0 lies behind.
  return { now: () => clock.now(), toKernel: time => BigInt(time - clock.fromKernel(0n)) }
}

type Lines = Pick<PlayMachine, 'write' | 'rehearse'>

/** All lines in one call: gpio_v2_line_values is bits u64, mask u64. */
async function ioctlLines({ fd, request }: PlayTarget & { kind: 'ioctl' }): Promise<Lines> {
  const { default: koffi } = await import('koffi')
  const ioctl: (fd: number, request: number, argument: Uint32Array) => number = koffi
    .load(null)
    .func('int ioctl(int fd, unsigned long request, void *argument)')
  const words = new Uint32Array(4)
  const nothing = new Uint32Array(4)
  return {
    write: (values, mask) => {
      if (mask === 0) return
      words[0] = values
      words[2] = mask
      if (ioctl(fd, request, words) >= 0) return
      const errno = getSystemErrorName(-koffi.errno())
      throw new PiWorkerError('ERR_IO', `the lines cannot be set: ${errno}`, { details: { errno } })
    },
    rehearse: () => void ioctl(NO_FD, request, nothing),
  }
}

/** One file after the other. */
function fileLines(fds: readonly number[]): Lines {
  const nowhere = openSync('/dev/null', 'w')
  return {
    write: (values, mask) => {
      for (let index = 0; index < fds.length; index++) {
        if (((mask >>> index) & 1) === 0) continue
        writeSync(fds[index]!, ((values >>> index) & 1) === 1 ? ONE : ZERO, 0, 1, 0)
      }
    },
    rehearse: () => void writeSync(nowhere, ZERO, 0, 1, 0),
  }
}
