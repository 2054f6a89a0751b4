/**
 * What `set` of a handle adds to the system call under it, for gpiochip and onoff. Against /dev/null, where the call
 * itself is cheap: the kernel refuses our ioctl there, and takes what is written.
 */

import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SystemClock } from 'pi-worker'
import { gpiochipCapabilities } from '../../drivers/gpiochip/board.js'
import { EdgeReader } from '../../drivers/gpiochip/edge-reader.js'
import { GpiochipHandle } from '../../drivers/gpiochip/handle.js'
import { IOCTL } from '../../drivers/gpiochip/layout.js'
import { type Libc, loadLibc } from '../../drivers/gpiochip/libc.js'
import { onoffCapabilities } from '../../drivers/onoff/board.js'
import { sysfsFiles } from '../../drivers/onoff/files.js'
import { OnoffHandle } from '../../drivers/onoff/handle.js'
import { SysfsLine } from '../../drivers/onoff/line.js'
import { type Gpio, type GpioClass, loadGpio } from '../../drivers/onoff/package.js'
import { isPiWorkerError } from '../../src/errors.js'
import { compare, ns, type Row, type Size, times } from './measure.js'

const COUNT = 500_000
const LINE = 17
const ONE = Buffer.from('1')
const ZERO = Buffer.from('0')

/** What is measured: the same thing again and again, with 1 and 0 in turn. */
type Set = (value: 0 | 1) => void

export async function run(size: Size): Promise<Row[]> {
  const count = COUNT / size.divide
  const fd = openSync('/dev/null', 'r+')
  const folder = mkdtempSync(join(tmpdir(), 'pi-worker-bench-'))
  try {
    const libc = await loadLibc()
    const gpiochip = gpiochipSet(libc, fd)
    const rows = await overhead(
      'gpiochip',
      'ioctl through koffi',
      count,
      size,
      gpiochip,
      bareIoctl(libc, fd),
      '≤ 500 ns',
    )
    const Gpio = await packageGpio(fd)
    if (Gpio === undefined) return [...rows, { what: 'onoff', value: 'not measured: it is not installed' }]
    const onoff = onoffSet(Gpio, folder)
    rows.push(...(await overhead('onoff', 'fs.writeSync', count, size, onoff, bareWrite(fd))))
    const gpio = new Gpio(LINE, 'out', undefined, { reconfigureDirection: false })
    const against = await compare(
      count,
      size,
      loop(gpiochip),
      loop(value => gpio.writeSync(value)),
    )
    rows.push({ what: "set of gpiochip / onoff's own writeSync", value: times(against.ratio), limit: '< 1 ×' })
    return rows
  } finally {
    closeSync(fd)
    rmSync(folder, { recursive: true })
  }
}

async function overhead(
  driver: string,
  call: string,
  count: number,
  size: Size,
  set: Set,
  bare: Set,
  limit?: string,
): Promise<Row[]> {
  const { a, b, ratio, difference } = await compare(count, size, loop(set), loop(bare))
  return [
    { what: `set of ${driver}`, value: ns(a) },
    { what: `bare ${call}`, value: ns(b) },
    { what: `set of ${driver} / bare ${call}`, value: times(ratio) },
    { what: `what set of ${driver} adds`, value: ns(difference), ...(limit !== undefined && { limit }) },
  ]
}

function loop(set: Set): (count: number) => void {
  return count => {
    for (let i = 0; i < count; i++) set((i & 1) as 0 | 1)
  }
}

function bareIoctl(libc: Libc, fd: number): Set {
  const { ioctl } = libc
  const words = new Uint32Array(4)
  words[2] = 1
  return value => {
    words[0] = value
    ioctl(fd, IOCTL.SET_VALUES, words)
  }
}

function bareWrite(fd: number): Set {
  return value => {
    writeSync(fd, value === 1 ? ONE : ZERO, 0, 1, 0)
  }
}

function gpiochipSet(libc: Libc, fd: number): Set {
  const accepting: Libc = {
    ...libc,
    // As a real line would answer.
    ioctl: (fd, request, argument) => {
      libc.ioctl(fd, request, argument)
      return 0
    },
  }
  const handle = new GpiochipHandle({
    libc: accepting,
    fd,
    path: '/dev/null',
    lines: [LINE],
    firstLine: 0,
    settings: { direction: 'output' },
    consumer: 'benchmark',
    limits: { lineCount: 58, description: '/dev/null', driver: 'gpiochip', capabilities: gpiochipCapabilities },
    reader: new EdgeReader(libc, 1, () => {
      throw new RangeError('nobody listens to edges here')
    }),
    clock: new SystemClock(),
    now: () => 0,
    toTime: Number,
    released: () => {},
  })
  return value => handle.set(value)
}

/** The package's own class, with a line that is /dev/null instead of an exported one. */
async function packageGpio(fd: number): Promise<GpioClass | undefined> {
  let Real: GpioClass
  try {
    Real = await loadGpio()
  } catch (error) {
    if (isPiWorkerError(error, 'ERR_DRIVER_MISSING')) return undefined
    throw error
  }
  const Stand = function (this: object): Gpio {
    return Object.assign(Object.create(Real.prototype as object), {
      _valueFd: fd,
      setDirection: () => {},
      unwatchAll: () => {},
    }) as Gpio
  }
  return Stand as unknown as GpioClass
}

function onoffSet(Gpio: GpioClass, root: string): Set {
  const folder = join(root, `gpio${LINE}`)
  mkdirSync(folder)
  for (const [name, text] of Object.entries({ value: '0', direction: 'out', edge: 'none' })) {
    writeFileSync(join(folder, name), text)
  }
  const line = new SysfsLine(Gpio, root, { line: LINE, number: LINE, chip: root }, sysfsFiles)
  const handle = new OnoffHandle({
    lines: [line],
    settings: { direction: 'output' },
    consumer: 'benchmark',
    eventBuffer: 1,
    limits: { lineCount: 58, description: '/dev/null', driver: 'onoff', capabilities: onoffCapabilities },
    clock: new SystemClock(),
    now: () => 0,
    released: () => {},
  })
  return value => handle.set(value)
}
