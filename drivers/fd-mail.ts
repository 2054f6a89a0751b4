/**
 * Sends open descriptors from one process to another, through a socket that has a path: `sendmsg` with SCM_RIGHTS, which
 * Node has no call for. What has been sent can be read at once, so nobody waits in here.
 */

import { closeSync, unlinkSync } from 'node:fs'
import { getSystemErrorName } from 'node:util'
import { codeOf, PiWorkerError } from '../src/errors.js'
import { loadOptional } from './load-optional.js'

export interface FdMail {
  /** @throws ERR_IO */
  send(path: string, fd: number): void
  /** @throws ERR_IO */
  openMailbox(path: string): Mailbox
}

export interface Mailbox {
  /** The descriptor that was sent first of those that have not been read. @throws ERR_IO when there is none */
  receive(): number
  close(): void
}

const AF_UNIX = 1
const SOCK_DGRAM = 2
const SOCK_CLOEXEC = 0o2000000
const SOL_SOCKET = 1
const SCM_RIGHTS = 1
const MSG_DONTWAIT = 0x40
const MSG_CMSG_CLOEXEC = 0x4000_0000

let loading: Promise<FdMail> | undefined

/** @throws ERR_DRIVER_MISSING: koffi is not there */
export function loadFdMail(): Promise<FdMail> {
  loading ??= bind()
  return loading
}

async function bind(): Promise<FdMail> {
  const { default: koffi } = await loadOptional('koffi', () => import('koffi'))
  const libc = koffi.load(null)
  const socket = libc.func('int socket(int domain, int type, int protocol)')
  const bindTo = libc.func('int bind(int fd, void *address, unsigned int length)')
  // Of glibc; musl has smaller lengths with padding beside them, which is the same as long as they are small.
  const iovec = koffi.struct({ base: 'void *', length: 'size_t' })
  const header = koffi.struct({
    name: 'void *',
    nameLength: 'uint32_t',
    parts: koffi.pointer(iovec),
    partCount: 'size_t',
    control: 'void *',
    controlLength: 'size_t',
    flags: 'int',
  })
  const sendmsg = libc.func('sendmsg', 'intptr_t', ['int', koffi.pointer(header), 'int'])
  const recvmsg = libc.func('recvmsg', 'intptr_t', ['int', koffi.pointer(header), 'int'])
  const word = koffi.sizeof('size_t')

  const done = (result: number, what: string): number => {
    if (result >= 0) return result
    throw new PiWorkerError('ERR_IO', `${what}: ${getSystemErrorName(-koffi.errno())}`)
  }
  const newSocket = (): number => done(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), 'a socket cannot be had')
  const message = (control: Buffer, name?: Buffer): object => ({
    name: name ?? null,
    nameLength: name?.length ?? 0,
    // At least one byte has to go with it.
    parts: [{ base: Buffer.alloc(1), length: 1 }],
    partCount: 1,
    control,
    controlLength: control.length,
    flags: 0,
  })

  return {
    send(path, fd) {
      const own = newSocket()
      try {
        done(sendmsg(own, message(controlOf(fd, word), addressOf(path)), 0), `nothing can be sent to ${path}`)
      } finally {
        closeSync(own)
      }
    },
    openMailbox(path) {
      const own = newSocket()
      const address = addressOf(path)
      try {
        done(bindTo(own, address, address.length), `${path} cannot be listened at`)
      } catch (error) {
        closeSync(own)
        throw error
      }
      return {
        receive() {
          const control = controlOf(-1, word)
          control.fill(0)
          done(recvmsg(own, message(control), MSG_DONTWAIT | MSG_CMSG_CLOEXEC), `nothing has come to ${path}`)
          if (control.readUInt32LE(0) < word + 12)
            throw new PiWorkerError('ERR_IO', `no descriptor has come to ${path}`)
          return control.readInt32LE(word + 8)
        },
        close() {
          closeSync(own)
          try {
            unlinkSync(path)
          } catch (error) {
            if (codeOf(error) !== 'ENOENT') throw error
          }
        },
      }
    },
  }
}

/** cmsghdr with one descriptor: length size_t@0, level int, type int, the descriptor; all rounded up to a word. */
function controlOf(fd: number, word: number): Buffer {
  const length = word + 12
  const bytes = Buffer.alloc(Math.ceil(length / word) * word)
  bytes.writeUInt32LE(length, 0)
  bytes.writeInt32LE(SOL_SOCKET, word)
  bytes.writeInt32LE(SCM_RIGHTS, word + 4)
  bytes.writeInt32LE(fd, word + 8)
  return bytes
}

/** sockaddr_un: family u16@0, path@2 with a zero at its end. */
function addressOf(path: string): Buffer {
  const bytes = Buffer.alloc(2 + Buffer.byteLength(path) + 1)
  bytes.writeUInt16LE(AF_UNIX, 0)
  bytes.write(path, 2)
  return bytes
}
