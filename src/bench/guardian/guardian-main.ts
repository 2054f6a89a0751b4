/**
 * The guardian: a process of its own beside a runner. It is started by `start-guardian.ts`, which says what its
 * descriptors are, and ends when there is nothing left to guard or to hold. A program of its own: nothing imports it.
 */

import { Socket } from 'node:net'
import { loadFdMail } from '../../../drivers/fd-mail.js'
import { accept } from '../../../drivers/make-safe.js'
import { codeOf, messageOf } from '../../errors.js'
import { SystemClock } from '../../worker/clock.js'
import { makeRunFolder, runFolder, socketPath } from '../run-folder.js'
import { StopMark } from '../stop/stop-mark.js'
import { type Control, listenAt } from './control.js'
import { Duty } from './duty.js'
import { GuardianLog } from './guardian-log.js'
import { encode, MessageReader, RUNNER_FD, type ToGuardian } from './protocol.js'

/** A last line that nobody takes delays our end no longer. */
const LAST_LINE_NS = 1e9

process.title = 'pi-worker guardian'
// A terminal that closes, or Ctrl-C in it, means the runner.
for (const signal of ['SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGPIPE'] as const) process.on(signal, () => undefined)
process.on('SIGTERM', () => duty.terminate())

const clock = new SystemClock()
const folder = runFolder()
let control: Control | undefined
const log = new GuardianLog(folder)
const runner = new Socket({ fd: RUNNER_FD, readable: true, writable: true })
const duty = new Duty({
  clock,
  pid: process.pid,
  accept,
  // Whoever lost its parent has another one. A number that is given out again deceives nobody here.
  runnerLives: pid => process.ppid === pid,
  kill: pid => {
    try {
      process.kill(pid, 'SIGKILL')
    } catch (error) {
      if (codeOf(error) !== 'ESRCH') log.write(`pi-worker guardian ${process.pid}: ${messageOf(error)}`)
    }
  },
  tell: message => {
    if (runner.writable) runner.write(encode(message))
  },
  log: line => log.write(line),
  remember: (bench, reason) => {
    try {
      new StopMark(bench, folder).write({ reason, by: 'the stop line', time: clock.wall() })
    } catch (error) {
      log.write(`pi-worker guardian ${process.pid}: ${messageOf(error)}`)
    }
  },
  post: async (mailbox, fd) => (await loadFdMail()).send(mailbox, fd),
  detach: () => log.detach(),
  // A turn later: whoever made us leave is answered first. Not process.exit: what was told must arrive.
  leave: () =>
    void clock.after(0, () => {
      control?.close()
      runner.end()
      runner.unref()
      clock.after(LAST_LINE_NS, () => log.isStuck && process.kill(process.pid, 'SIGKILL'), { background: true })
    }),
})

const reader = new MessageReader<ToGuardian>(
  message => duty.receive(message),
  text => log.write(`pi-worker guardian ${process.pid}: its runner says "${text.slice(0, 100)}"`),
)
let over = false
const gone = (): void => {
  if (over) return
  over = true
  duty.gone()
}

try {
  control = await listenAt(socketPath(makeRunFolder(folder), 'guardian', process.pid), duty)
  runner.setEncoding('utf8')
  runner.on('data', (text: string) => reader.read(text))
  runner.on('end', gone)
  runner.on('error', gone)
  runner.on('close', gone)
} catch (error) {
  runner.end(encode({ type: 'refused', what: 'its socket', error: messageOf(error) }))
}
