/** The socket of a guardian: whoever wants its state, a stop, or the lines that it holds, asks here. */

import { unlinkSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { codeOf, messageOf } from '../../errors.js'
import type { Duty } from './duty.js'
import { type Answer, encode, MessageReader, type Question } from './protocol.js'

export interface Control {
  close(): void
}

/** Listens at `path`. @throws what Node throws */
export async function listenAt(path: string, duty: Duty): Promise<Control> {
  const connections = new Set<Socket>()
  const server = createServer(socket => {
    connections.add(socket)
    serve(socket, duty)
    socket.on('close', () => connections.delete(socket))
  })
  // A process of our number may have been killed here.
  removeSocket(path)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })
  return { close: () => close(server, connections) }
}

function close(server: Server, connections: ReadonlySet<Socket>): void {
  // Node removes the socket's file.
  server.close()
  // What has been answered still goes out.
  for (const socket of connections) socket.end()
}

function serve(socket: Socket, duty: Duty): void {
  const answer = (message: Answer): void => void socket.write(encode(message))
  const refuse = (message: string): void => answer({ type: 'error', message })
  const reader = new MessageReader<Question>(
    question => {
      reply(question, socket, duty).then(answer, (error: unknown) => refuse(messageOf(error)))
    },
    text => refuse(`this is no message: ${text.slice(0, 100)}`),
  )
  socket.setEncoding('utf8')
  socket.on('data', (text: string) => reader.read(text))
  // An error comes with a close.
  socket.on('error', () => undefined)
  socket.on('close', () => duty.returned(socket))
}

async function reply(question: Question, asker: object, duty: Duty): Promise<Answer> {
  switch (question.type) {
    case 'status':
      return duty.status()
    case 'stop':
      return { type: 'stopped', ...(await duty.stop(question.reason)) }
    case 'take':
      await duty.take(question.id, asker, question.mailbox)
      return { type: 'given', id: question.id }
    case 'taken':
      duty.taken(asker)
      return { type: 'done' }
    case 'letGo':
      duty.letGo(question.id)
      return { type: 'gone', id: question.id }
    default:
      return { type: 'error', message: `there is no such question: ${(question as { type: unknown }).type}` }
  }
}

export function removeSocket(path: string): void {
  try {
    unlinkSync(path)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
  }
}
