import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { loadFdMail } from '../../drivers/fd-mail.js'
import { tempFolder } from './temp-folder.js'

// Of this machine's libc, through koffi: what is tested is the layout that it is told.
const linux = process.platform === 'linux'

async function mailbox() {
  const mail = await loadFdMail()
  const folder = tempFolder()
  const path = join(folder, 'mail')
  const box = mail.openMailbox(path)
  onTestFinished(() => box.close())
  return { mail, box, path, folder }
}

it.runIf(linux)('a descriptor arrives as another one of the same file', async () => {
  const { mail, box, path, folder } = await mailbox()
  const file = join(folder, 'file')
  writeFileSync(file, 'hello')
  const fd = openSync(file, 'r')
  mail.send(path, fd)
  closeSync(fd)
  const arrived = box.receive()
  expect(readFileSync(arrived, 'utf8')).toBe('hello')
  closeSync(arrived)
})

it.runIf(linux)('descriptors arrive in the order in which they were sent', async () => {
  const { mail, box, path, folder } = await mailbox()
  for (const name of ['a', 'b']) {
    writeFileSync(join(folder, name), name)
    const fd = openSync(join(folder, name), 'r')
    mail.send(path, fd)
    closeSync(fd)
  }
  const arrived = [box.receive(), box.receive()]
  expect(arrived.map(fd => readFileSync(fd, 'utf8'))).toEqual(['a', 'b'])
  arrived.forEach(closeSync)
})

it.runIf(linux)('an empty mailbox, one that is not there, and a descriptor that is none are errors', async () => {
  const { mail, box, path, folder } = await mailbox()
  const error = (message: string) => expect.objectContaining({ code: 'ERR_IO', message })
  expect(() => box.receive()).toThrow(error(`nothing has come to ${path}: EAGAIN`))
  const none = join(folder, 'none')
  expect(() => mail.send(none, 0)).toThrow(error(`nothing can be sent to ${none}: ENOENT`))
  expect(() => mail.send(path, 1_000_000)).toThrow(error(`nothing can be sent to ${path}: EBADF`))
  expect(() => mail.openMailbox(path)).toThrow(error(`${path} cannot be listened at: EADDRINUSE`))
})
