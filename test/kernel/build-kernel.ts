/**
 * Builds the User Mode Linux kernel of the kernel tier, once, into a cache folder keyed by everything that goes into it.
 * It installs nothing: what is missing is named in one error. By itself: `tsx test/kernel/build-kernel.ts`.
 */

import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  appendFileSync,
  closeSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { codeOf, PiWorkerError } from '../../src/errors.js'
import { SystemClock } from '../../src/worker/clock.js'

/** Debian's name and what the tier needs it for; gpiod is for the tests, the others are for the build. */
const PACKAGES = ['linux-source-6.1', 'flex', 'bison', 'bc', 'libelf-dev', 'xz-utils', 'kmod', 'gpiod', 'make', 'gcc']
const SOURCE_PACKAGE = 'linux-source-6.1'
const TARBALL = '/usr/src/linux-source-6.1.tar.xz'

/**
 * Appended to UML's defconfig. Without the three VIRTIO options all of UML's interrupt numbers are taken, and lines
 * have no edges (no `edge` file in sysfs, ENODEV from the character device).
 */
const YES =
  'EXPERT DEVTMPFS HOSTFS TMPFS CONFIGFS_FS HIGH_RES_TIMERS NO_HZ_IDLE GPIOLIB GPIO_SYSFS GPIO_CDEV GPIO_SIM ' +
  'I2C I2C_CHARDEV VIRTIO_UML UML_PCI_OVER_VIRTIO DEBUG_INFO_NONE'
const NO = 'SOUND WIRELESS NETDEVICES EXT4_FS IPV6'
const CONFIGURATION = [
  ...YES.split(' ').map(option => `CONFIG_${option}=y`),
  ...NO.split(' ').map(option => `CONFIG_${option}=n`),
  'CONFIG_I2C_STUB=m',
  'CONFIG_UML_PCI_OVER_VIRTIO_DEVICE_ID=8080',
  '',
].join('\n')

/**
 * The host takes a program's floating-point state back only as a whole, and on processors with AMX the whole is 11 KB:
 * UML's 2696 bytes are then refused, and its first process dies. The bytes it has hold all that programs use (up to
 * AVX-512 and protection keys, components 0 to 9), so the rest is handed over as "in its initial state".
 */
const PATCH = {
  file: 'arch/x86/um/os-Linux/registers.c',
  before: `	struct iovec iov;
	if (have_xstate_support) {
		iov.iov_base = fp_regs;
		iov.iov_len = FP_SIZE * sizeof(unsigned long);
		if (ptrace(PTRACE_SETREGSET,`,
  after: `	struct iovec iov;
	static unsigned long whole[2048];

	if (have_xstate_support) {
		__builtin_memcpy(whole, fp_regs, FP_SIZE * sizeof(unsigned long));
		whole[64] &= 0x3ff;
		iov.iov_base = whole;
		iov.iov_len = sizeof(whole);
		if (ptrace(PTRACE_SETREGSET,`,
} as const

/** How long a build may take before it is taken for stuck: 15 times what it takes on two cores. */
const BUILD_LIMIT_MS = 60 * 60_000

export interface Kernel {
  /** The folder that holds all of it. */
  readonly folder: string
  /** The kernel: an ordinary program of the host. */
  readonly program: string
  /** A module that gives a simulated I2C bus. */
  readonly i2cStub: string
}

export const repository = resolve(fileURLToPath(import.meta.url), '../../..')

/**
 * The cached kernel, built first if it is not there yet.
 * @throws ERR_DRIVER_MISSING when Debian packages are missing or the machine cannot run it, ERR_IO when the build fails.
 */
export async function buildKernel(report: (line: string) => void): Promise<Kernel> {
  refuseOtherMachines()
  const version = requirePackages()
  const hash = createHash('sha256')
    .update([version, process.arch, CONFIGURATION, PATCH.after].join('\n'))
    .digest('hex')
    .slice(0, 16)
  const base = resolve(process.env.PI_WORKER_KERNEL_CACHE || join(repository, '.cache'))
  const folder = join(base, `uml-${hash}`)
  const kernel = { folder, program: join(folder, 'linux'), i2cStub: join(folder, 'i2c-stub.ko') }
  mkdirSync(base, { recursive: true })
  const lock = `${folder}.lock`
  const clock = new SystemClock()
  while (!existsSync(folder)) {
    const owner = takeLock(lock)
    if (owner !== undefined) {
      report(`another process (${owner}) is building this kernel; waiting for it`)
      while (existsSync(lock) && isAlive(owner)) await clock.reach(clock.now() + 1e9)
      if (!existsSync(folder) && existsSync(lock)) {
        rmSync(`${folder}.build-${owner}`, { recursive: true, force: true })
        rmSync(lock, { force: true })
      }
      continue
    }
    try {
      await build(`${folder}.build-${process.pid}`, folder, report)
    } finally {
      rmSync(`${folder}.build-${process.pid}`, { recursive: true, force: true })
      rmSync(lock, { force: true })
    }
  }
  return kernel
}

/** Builds in a folder of its own and renames the result at the end, so that half a build is never taken for a whole. */
async function build(work: string, target: string, report: (line: string) => void): Promise<void> {
  rmSync(work, { recursive: true, force: true })
  const source = join(work, 'source')
  const output = join(work, 'output')
  const result = join(work, 'result')
  for (const folder of [source, output, result]) mkdirSync(folder, { recursive: true })
  const log = `${target}.log`
  rmSync(log, { force: true })
  const make = ['make', '-C', source, 'ARCH=um', `O=${output}`]
  report(`building the kernel in ${work} (4 minutes on two cores; log: ${log})`)
  const step = async (title: string, command: readonly string[]) => {
    report(`kernel: ${title}`)
    await run(title, command, log)
  }
  await step('unpacking the source', ['tar', '-xf', TARBALL, '-C', source, '--strip-components=1'])
  patch(join(source, PATCH.file))
  await step('configuring', [...make, 'defconfig'])
  appendFileSync(join(output, '.config'), CONFIGURATION)
  await step('applying our options', [...make, 'olddefconfig'])
  requireOptions(join(output, '.config'))
  await step('compiling', [...make, `-j${availableParallelism()}`, 'linux', 'modules'])
  copyFileSync(join(output, 'linux'), join(result, 'linux'))
  copyFileSync(join(output, 'drivers/i2c/i2c-stub.ko'), join(result, 'i2c-stub.ko'))
  copyFileSync(join(output, '.config'), join(result, 'config'))
  renameSync(result, target)
  rmSync(log, { force: true })
  report(`kernel: done, kept in ${target}`)
}

function patch(path: string): void {
  const original = readFileSync(path, 'utf8')
  if (!original.includes(PATCH.before)) {
    throw new PiWorkerError('ERR_IO', `the kernel's ${PATCH.file} is not the one that our patch was made for`, {
      place: path,
      remedy: 'Look whether this source still needs the patch in test/kernel/build-kernel.ts, and adapt or remove it.',
    })
  }
  writeFileSync(path, original.replace(PATCH.before, PATCH.after))
}

/** An option that olddefconfig dropped would show much later, as a test that cannot pass. */
function requireOptions(path: string): void {
  const lines = new Set(readFileSync(path, 'utf8').split('\n'))
  const dropped = CONFIGURATION.split('\n').filter(line => line !== '' && !line.endsWith('=n') && !lines.has(line))
  if (dropped.length > 0) {
    throw new PiWorkerError('ERR_IO', `the kernel's configuration did not take ${dropped.join(', ')}`, {
      place: path,
      remedy: 'Find out which option the dropped one depends on, and add it in test/kernel/build-kernel.ts.',
    })
  }
}

async function run(title: string, command: readonly string[], log: string): Promise<void> {
  const file = openSync(log, 'a')
  try {
    const [program = '', ...args] = command
    const child = spawn(program, args, { stdio: ['ignore', file, file], timeout: BUILD_LIMIT_MS })
    const ended = await new Promise<string>(resolve => {
      child.on('error', error => resolve(error.message))
      child.on('exit', (code, signal) => resolve(code === 0 ? '' : `ended with ${signal ?? code}`))
    })
    if (ended !== '') {
      const tail = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-15).join('\n')
      throw new PiWorkerError('ERR_IO', `${title} (${command.join(' ')}) ${ended}:\n${tail}`, {
        place: log,
        remedy: `See all of it in ${log}.`,
      })
    }
  } finally {
    closeSync(file)
  }
}

function refuseOtherMachines(): void {
  if (process.platform === 'linux' && process.arch === 'x64') return
  throw new PiWorkerError('ERR_DRIVER_MISSING', `User Mode Linux does not run on ${process.platform}/${process.arch}`, {
    remedy: 'Run the kernel tier on an x86-64 Linux machine (Debian 12), a container there is enough.',
  })
}

/** The version of the source package. @throws ERR_DRIVER_MISSING naming every package that is missing. */
function requirePackages(): string {
  const format = ['Package', 'db:Status-Status', 'Version'].map(field => `\${${field}}`).join(' ')
  const query = spawnSync('dpkg-query', ['-W', '-f', `${format}\\n`, ...PACKAGES], { encoding: 'utf8' })
  if (query.error) {
    throw new PiWorkerError('ERR_DRIVER_MISSING', 'the kernel tier needs Debian 12: there is no dpkg-query here', {
      cause: query.error,
      remedy: `Run it on Debian 12 with these packages: ${PACKAGES.join(' ')}.`,
    })
  }
  const versions = new Map(
    query.stdout
      .split('\n')
      .map(line => line.split(' '))
      .filter(([, status]) => status === 'installed')
      .map(([name = '', , version = '']) => [name, version]),
  )
  const missing = PACKAGES.filter(name => !versions.has(name))
  if (missing.length > 0) {
    throw new PiWorkerError('ERR_DRIVER_MISSING', `the kernel tier needs Debian packages: ${missing.join(', ')}`, {
      remedy: `Install them: apt-get install --no-install-recommends ${missing.join(' ')}`,
      details: { missing },
    })
  }
  return versions.get(SOURCE_PACKAGE) ?? ''
}

/** Takes the lock and gives undefined, or gives the process that has it. A link: it never exists without its content. */
function takeLock(lock: string): number | undefined {
  const mine = `${lock}-${process.pid}`
  writeFileSync(mine, String(process.pid))
  try {
    linkSync(mine, lock)
    return undefined
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
    return Number.parseInt(readFileSync(lock, 'utf8'), 10)
  } finally {
    rmSync(mine, { force: true })
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it lives, and is somebody else's.
    return codeOf(error) === 'EPERM'
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const kernel = await buildKernel(line => process.stdout.write(`${line}\n`))
  process.stdout.write(`${kernel.program}\n`)
}
