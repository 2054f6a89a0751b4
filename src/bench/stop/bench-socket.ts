/** The socket of a running bench, through which it is stopped, reset, paused and looked at from outside. */

import { unlinkSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { codeOf, messageOf, PiWorkerError } from '../../errors.js'
import { MessageReader } from '../guardian/protocol.js'
import { makeRunFolder } from '../run-folder.js'
import { benchPath, fitsSocket } from './bench-address.js'
import { type BenchAnswer, type BenchRequest, checkRequest, errorText } from './bench-requests.js'
import type { StopResetOptions } from './emergency-stop.js'
import type { PauseOptions } from './running-plans.js'
import type { BenchStatus } from './status.js'

/** What a bench has for those outside. */
export interface ServedBench {
  status(): BenchStatus
  stop(reason: string, options: { readonly by: string }): Promise<void>
  reset(options: StopResetOptions): Promise<void>
  pause(options: PauseOptions): Promise<void>
  resume(): void
}

/** So many benches of one name in one process. */
const MOST_NUMBER = 100

export class BenchSocket {
  readonly path: string
  readonly #bench: ServedBench
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #answering = new Set<Promise<void>>()

  private constructor(bench: ServedBench, path: string) {
    this.#bench = bench
    this.path = path
    this.#server = createServer(socket => this.#connected(socket))
  }

  /**
   * Listens from now on. It does not keep the process alive.
   * @throws ERR_FILE, ERR_PERMISSION: nobody could stop the bench from outside
   */
  static async open(bench: ServedBench, name: string, folder = makeRunFolder()): Promise<BenchSocket> {
    for (let number = 0; number < MOST_NUMBER; number++) {
      const path = benchPath(folder, name, process.pid, number)
      const socket = new BenchSocket(bench, path)
      if (await socket.#listen()) return socket
    }
    throw noSocket(folder, `the process has ${MOST_NUMBER} benches that are called ${name}`)
  }

  /** Answers what has been asked, and then listens no more. */
  async close(): Promise<void> {
    this.#server.close()
    await Promise.all(this.#answering)
    for (const socket of this.#sockets) socket.end()
  }

  /** False when another bench of this process listens there. */
  async #listen(): Promise<boolean> {
    if (!fitsSocket(this.path)) throw noSocket(this.path, 'the path is too long for a socket')
    for (;;) {
      try {
        await new Promise<void>((resolve, reject) => {
          this.#server.once('error', reject)
          this.#server.listen(this.path, () => resolve())
        })
        this.#server.removeAllListeners('error')
        this.#server.unref()
        return true
      } catch (error) {
        this.#server.removeAllListeners('error')
        if (codeOf(error) !== 'EADDRINUSE') throw noSocket(this.path, messageOf(error), error)
        if (await listens(this.path)) return false
        unlinkSync(this.path) // of a process that had this one's number before
      }
    }
  }

  #connected(socket: Socket): void {
    this.#sockets.add(socket)
    socket.setEncoding('utf8')
    socket.unref()
    const send = (answer: BenchAnswer): void => {
      if (socket.writable) socket.write(`${JSON.stringify(answer)}\n`)
    }
    const refuse = (error: unknown): void => send({ type: 'error', error: errorText(error) })
    const reader = new MessageReader<{ readonly type: string }>(
      request => {
        const answering = this.#answer(request, send).catch(refuse)
        this.#answering.add(answering)
        void answering.finally(() => this.#answering.delete(answering))
      },
      () => refuse(new PiWorkerError('ERR_BAD_OPTION', 'what was sent is no request', { place: this.path })),
    )
    socket.on('data', (text: string) => reader.read(text))
    // Whoever asked has gone; what was asked for is done all the same.
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.#sockets.delete(socket))
  }

  async #answer(written: { readonly type: string }, send: (answer: BenchAnswer) => void): Promise<void> {
    const request: BenchRequest = checkRequest(written as Readonly<Record<string, unknown>> & { type: string })
    switch (request.type) {
      case 'status':
        send({ type: 'status', status: this.#bench.status() })
        return
      case 'stop': {
        const confirmed = this.#bench.stop(request.reason, { by: request.by })
        send({ type: 'taken' })
        await confirmed
        break
      }
      case 'reset':
        await this.#bench.reset(request)
        break
      case 'pause':
        await this.#bench.pause(request)
        break
      case 'resume':
        this.#bench.resume()
    }
    send({ type: 'done' })
  }
}

/** Whether anybody listens there. */
export async function listens(path: string): Promise<boolean> {
  const socket = connect(path)
  try {
    return await new Promise<boolean>(resolve => {
      socket.once('connect', () => resolve(true))
      socket.once('error', error => resolve(!['ECONNREFUSED', 'ENOENT'].includes(codeOf(error) ?? '')))
    })
  } finally {
    socket.destroy()
  }
}

function noSocket(place: string, why: string, cause?: unknown): PiWorkerError {
  return new PiWorkerError('ERR_FILE', `the bench has no socket, so nothing outside could stop it: ${why}`, {
    place,
    remedy: 'Name another folder in PI_WORKER_RUN_FOLDER, or open the bench without a name.',
    cause,
  })
}
