/** Asks a guardian through its socket: its state, a stop, the lines that it holds. */

import { connect, type Socket } from 'node:net'
import { messageOf, PiWorkerError } from '../../errors.js'
import { SystemClock } from '../../worker/clock.js'
import { type Answer, encode, MessageReader, type Question } from './protocol.js'

/** A guardian answers at once, unless the machine is very busy, or it has to end its runner first. */
const ANSWER_NS = 5e9

/** A connection to a guardian. Questions are answered one after the other. */
export class Questions {
  readonly #socket: Socket
  readonly #clock = new SystemClock()
  #waiting: { resolve(answer: Answer): void; reject(error: PiWorkerError): void } | undefined
  #turn: Promise<unknown> = Promise.resolve()

  private constructor(socket: Socket) {
    this.#socket = socket
    const reader = new MessageReader<Answer>(
      answer => this.#waiting?.resolve(answer),
      text => this.#waiting?.reject(failed(`the guardian says "${text.slice(0, 100)}"`)),
    )
    socket.setEncoding('utf8')
    socket.on('data', (text: string) => reader.read(text))
    socket.on('error', error => this.#waiting?.reject(failed(error.message)))
    socket.on('close', () => this.#waiting?.reject(failed('the guardian is gone')))
    // Only a question keeps the process alive.
    socket.unref()
  }

  /** Undefined when nobody listens there any more. */
  static async open(path: string): Promise<Questions | undefined> {
    const socket = connect(path)
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once('connect', resolve)
        socket.once('error', reject)
      })
    } catch {
      return undefined
    }
    return new Questions(socket)
  }

  /** @throws ERR_GUARDIAN: it refuses, is gone, or does not answer within `ns` */
  async ask<T extends Answer['type']>(
    question: Question,
    type: T,
    ns = ANSWER_NS,
  ): Promise<Extract<Answer, { type: T }>> {
    const turn = this.#turn.then(() => this.#ask(question, ns))
    this.#turn = turn.catch(() => undefined)
    const answer = await turn
    if (answer.type === type) return answer as Extract<Answer, { type: T }>
    throw failed(answer.type === 'error' ? answer.message : `the guardian answers ${question.type} with ${answer.type}`)
  }

  close(): void {
    this.#socket.destroy()
  }

  async #ask(question: Question, ns: number): Promise<Answer> {
    if (this.#socket.destroyed) throw failed('the guardian is gone')
    this.#socket.ref()
    const limit = this.#clock.after(ns, () => this.#waiting?.reject(failed('the guardian does not answer')))
    try {
      return await new Promise<Answer>((resolve, reject) => {
        this.#waiting = { resolve, reject }
        this.#socket.write(encode(question))
      })
    } catch (error) {
      throw error instanceof PiWorkerError ? error : failed(messageOf(error))
    } finally {
      limit.cancel()
      this.#waiting = undefined
      this.#socket.unref()
    }
  }
}

function failed(message: string): PiWorkerError {
  return new PiWorkerError('ERR_GUARDIAN', message)
}
