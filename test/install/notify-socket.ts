/** The socket on which systemd hears from a service. Node has no datagrams but those of networks, so Python listens. */

import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const LISTENER = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print("listening", flush=True)
while True:
    print(s.recv(65536).decode().replace("\\n", " "), flush=True)
`

export class NotifySocket {
  readonly path: string
  /** Each datagram, its variables on one line. */
  readonly heard: string[] = []
  readonly #child: ChildProcess
  #next: () => void = () => {}

  static async open(folder: string): Promise<NotifySocket> {
    const socket = new NotifySocket(folder)
    await new Promise<void>((resolve, reject) => {
      socket.#child.on('error', reject)
      createInterface({ input: socket.#child.stdout as NodeJS.ReadableStream }).on('line', line => {
        if (line === 'listening') resolve()
        else socket.#hear(line)
      })
    })
    return socket
  }

  private constructor(folder: string) {
    this.path = join(folder, 'notify')
    this.#child = spawn('python3', ['-c', LISTENER, this.path], { stdio: ['ignore', 'pipe', 'inherit'] })
  }

  #hear(line: string): void {
    this.heard.push(line)
    this.#next()
  }

  /** Resolves when something with that text has been heard. */
  async until(text: string): Promise<void> {
    while (!this.heard.some(line => line.includes(text))) {
      await new Promise<void>(resolve => {
        this.#next = resolve
      })
    }
  }

  close(): void {
    this.#child.kill()
  }
}
