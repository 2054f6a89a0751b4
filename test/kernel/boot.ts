/**
 * Runs one command inside a freshly booted User Mode Linux kernel that has a simulated header chip like a Pi's.
 * The host's files are the kernel's files, so that host and tests share paths; devices and /run are the kernel's own.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { PiWorkerError } from '../../src/errors.js'
import { SystemClock } from '../../src/worker/clock.js'
import type { Kernel } from './build-kernel.js'

const MEMORY_MIB = 1024

/** The header's chip in the simulator: what a Pi 4 shows, and the lines that have names of their own there. */
export const HEADER_CHIP = {
  folder: 'pi',
  label: 'pinctrl-bcm2711',
  lines: 54,
  names: { 22: 'SENSOR_A', 23: 'PUMP_RELAY' },
} as const

/**
 * Runs the kernel, and ends it when our end of pipe 3 closes, as it does however we end ourselves. The kernel makes
 * itself the leader of a group; every process inside is a process of the host in that group. Killing the kernel alone
 * would set those free, to go on as ordinary processes of the host.
 */
const GUARD = `
"$@" 3<&- </dev/null &
kernel=$!
{ read -r _ <&3; kill -KILL -$kernel $kernel; rm -rf "$0"; } 2>/dev/null &
wait $kernel`

export interface BootOptions {
  readonly kernel: Kernel
  /** Program and arguments, run as root inside. */
  readonly command: readonly string[]
  /** Where the command runs: a folder of the host. */
  readonly folder: string
  readonly env?: Readonly<Record<string, string>>
  /** Boot and command together may take this long. */
  readonly timeoutMs: number
  /** What the command writes, standard output and error in order, as it comes. */
  readonly output: (text: string) => void
}

/**
 * Boots, runs the command, halts, and gives the command's exit status.
 * @throws ERR_TIMEOUT when it took too long, ERR_IO when the kernel died: both show what the kernel said last.
 */
export async function bootKernel(options: BootOptions): Promise<number> {
  // Not os.tmpdir(): /run and /dev of the host cannot be seen inside.
  const scratch = mkdtempSync('/tmp/pi-worker-kernel-')
  const files = {
    init: join(scratch, 'init'),
    console: join(scratch, 'console'),
    output: join(scratch, 'output'),
    status: join(scratch, 'status'),
  }
  writeFileSync(files.init, initScript(options, files.output, files.status), { mode: 0o755 })
  for (const path of [files.output, files.console]) writeFileSync(path, '')
  const console = openSync(files.console, 'a')
  const tail = new Tail(files.output, options.output)
  const words = openSync(files.console, 'r')
  const program = [options.kernel.program, ...kernelArguments(files.init, scratch)]
  const child = spawn('/bin/sh', ['-c', GUARD, scratch, ...program], {
    stdio: ['ignore', console, console, 'pipe'],
    // Ctrl-C at the terminal is for us; we end the rest.
    detached: true,
    env: { PATH: process.env.PATH, ...memoryFolder(scratch) },
  })
  try {
    const ended = await ending(child, options.timeoutMs, tail)
    tail.read()
    if (ended === undefined && existsSync(files.status)) return Number.parseInt(readFileSync(files.status, 'utf8'), 10)
    const place = `kernel ${options.kernel.program}`
    const last = lastWords(words)
    if (ended === 'timeout') {
      const message = `${options.command.join(' ')} did not end inside the kernel within ${options.timeoutMs / 1000} s`
      throw new PiWorkerError('ERR_TIMEOUT', message + last, { place })
    }
    throw new PiWorkerError('ERR_IO', `the kernel died (${ended ?? 'halted early'})${last}`, { place })
  } finally {
    child.stdio[3]?.destroy()
    tail.close()
    closeSync(console)
    closeSync(words)
    rmSync(scratch, { recursive: true, force: true })
  }
}

function kernelArguments(init: string, scratch: string): string[] {
  return [
    'rootfstype=hostfs',
    'rw',
    `init=${init}`,
    `mem=${MEMORY_MIB}M`,
    `uml_dir=${scratch}/`,
    'con=null',
    'con0=null,fd:1',
    'panic=-1',
  ]
}

/** Undefined when the kernel ended in order, else how it ended. */
async function ending(child: ChildProcess, timeoutMs: number, tail: Tail): Promise<string | undefined> {
  const clock = new SystemClock()
  const poll = () => {
    tail.read()
    timer = clock.after(200e6, poll)
  }
  let timer = clock.after(200e6, poll)
  let timedOut = false
  const limit = clock.after(timeoutMs * 1e6, () => {
    timedOut = true
    child.stdio[3]?.destroy()
  })
  try {
    return await new Promise<string | undefined>(resolve => {
      child.on('error', error => resolve(error.message))
      child.on('exit', (code, signal) => {
        const ended = code === 0 ? undefined : `ended with ${signal ?? code}`
        resolve(timedOut ? 'timeout' : ended)
      })
    })
  } finally {
    limit.cancel()
    timer.cancel()
  }
}

/**
 * The kernel's memory is a file. It takes /dev/shm unless told otherwise, which in a container is often too small
 * (the kernel then dies of SIGBUS at any moment) or mounted noexec (it then refuses to start).
 */
function memoryFolder(fallback: string): { TMPDIR?: string } {
  const mount = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map(line => line.split(' '))
    .find(([, path]) => path === '/dev/shm')
  const usable = mount?.[2] === 'tmpfs' && !(mount[3] ?? '').split(',').includes('noexec')
  if (!usable) return { TMPDIR: fallback }
  const { bavail, bsize } = statfsSync('/dev/shm')
  return bavail * bsize > (MEMORY_MIB + 64) * 1024 * 1024 ? {} : { TMPDIR: fallback }
}

function initScript(options: BootOptions, output: string, status: string): string {
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: '/run/home',
    TMPDIR: '/run/tmp',
    LANG: 'C.UTF-8',
    // The host's /tmp is none of our guardians' business.
    PI_WORKER_RUN_FOLDER: '/run/pi-worker',
    ...options.env,
  }
  const lineNames = Object.entries(HEADER_CHIP.names).map(
    ([line, name]) => `mkdir $bank/line${line}; echo ${name} > $bank/line${line}/name`,
  )
  return `#!/bin/bash
export PATH=${quote(env.PATH)}
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mkdir -p /dev/pts /dev/shm
ln -s /proc/self/fd /dev/fd
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /dev/shm
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -m 1777 /run/tmp /run/home
mount -t configfs configfs /sys/kernel/config
bank=/sys/kernel/config/gpio-sim/${HEADER_CHIP.folder}/bank0
mkdir -p $bank
echo ${HEADER_CHIP.lines} > $bank/num_lines
echo ${HEADER_CHIP.label} > $bank/label
${lineNames.join('\n')}
echo 1 > $bank/../live
hostname kernel-tier
cd ${quote(options.folder)}
(
${Object.entries(env)
  .map(([name, value]) => `export ${name}=${quote(value)}`)
  .join('\n')}
exec ${options.command.map(quote).join(' ')}
) </dev/null >>${quote(output)} 2>&1
echo $? > ${quote(status)}
sync
# reboot(LINUX_REBOOT_CMD_POWER_OFF): perl is on every Debian, halt is not.
exec perl -e 'syscall(169, 0xfee1dead, 672274793, 0x4321fedc, 0)'
`
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`
}

/** The panic if there was one, and the last lines that the kernel wrote. */
function lastWords(file: number): string {
  const lines = readFileSync(file, 'utf8').replaceAll('\r', '').trimEnd().split('\n')
  const panic = lines.find(line => line.includes('Kernel panic'))
  return `${panic === undefined ? '' : `\n${panic}`}\nThe kernel said last:\n${lines.slice(-20).join('\n')}`
}

/** Hands on what is appended to a file. */
class Tail {
  readonly #file: number
  readonly #output: (text: string) => void
  readonly #decoder = new TextDecoder()
  readonly #buffer = Buffer.alloc(65_536)

  constructor(path: string, output: (text: string) => void) {
    this.#file = openSync(path, 'r')
    this.#output = output
  }

  read(): void {
    for (;;) {
      const length = readSync(this.#file, this.#buffer)
      if (length === 0) return
      this.#output(this.#decoder.decode(this.#buffer.subarray(0, length), { stream: true }))
    }
  }

  close(): void {
    closeSync(this.#file)
  }
}
