/** Takes lines from sysfs: exports them, one after the other, and waits until their files may be used. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { codeOf } from '../../src/errors.js'
import type { Clock } from '../../src/worker/clock.js'
import { sleep } from '../../src/worker/sleep.js'
import { fileFailure, type LineId } from './failures.js'
import type { SysfsFiles } from './files.js'
import { SysfsLine } from './line.js'
import type { GpioClass } from './package.js'

/**
 * On Raspberry Pi OS the files of a fresh line belong to root until a udev rule gives them to the group gpio: some tens
 * of milliseconds, on a busy Pi Zero a second or two.
 */
const PERMISSION_WAIT_NS = 5e9
const LOOK_AGAIN_MS = 10

export interface ClaimOptions {
  readonly Gpio: GpioClass
  /** `/sys/class/gpio` */
  readonly root: string
  readonly files: SysfsFiles
  readonly clock: Clock
  /** Who holds a line that the kernel says is busy. */
  readonly busy: (id: LineId) => Error
  /** A process of ours has exported them already, and hands them over. */
  readonly inherited?: boolean | undefined
}

/**
 * The lines, exported and open; all of them or none.
 * @throws ERR_LINE_BUSY, ERR_PERMISSION, ERR_UNSUPPORTED, ERR_CHIP_GONE, ERR_IO
 */
export async function claimLines(ids: readonly LineId[], options: ClaimOptions): Promise<SysfsLine[]> {
  const claimed: SysfsLine[] = []
  try {
    for (const id of ids) claimed.push(await claim(id, options))
    return claimed
  } catch (error) {
    for (const line of claimed) options.inherited === true ? line.leave() : line.release()
    throw error
  }
}

async function claim(id: LineId, options: ClaimOptions): Promise<SysfsLine> {
  const { Gpio, root, files, clock, busy, inherited = false } = options
  const exportFile = join(root, 'export')
  try {
    // The kernel exports a line once: who comes second, gets EBUSY. Nothing that another program holds is taken over.
    if (!inherited) files.write(exportFile, String(id.number))
  } catch (error) {
    if (codeOf(error) === 'EBUSY') throw busy(id)
    throw fileFailure(id, 'exported', exportFile, error)
  }
  try {
    await untilPermitted(id, root, files, clock)
    return new SysfsLine(Gpio, root, id, files)
  } catch (error) {
    if (!inherited) files.write(join(root, 'unexport'), String(id.number))
    throw fileFailure(id, 'opened', join(root, `gpio${id.number}`), error)
  }
}

async function untilPermitted(id: LineId, root: string, files: SysfsFiles, clock: Clock): Promise<void> {
  const end = clock.now() + PERMISSION_WAIT_NS
  for (const name of ['direction', 'edge', 'value']) {
    const path = join(root, `gpio${id.number}`, name)
    // A line without an interrupt has no `edge`.
    if (!existsSync(path)) continue
    while (!permitted(files, path, id, clock.now() >= end)) await sleep(clock, LOOK_AGAIN_MS)
  }
}

/** @throws ERR_PERMISSION at the last attempt, anything else at once */
function permitted(files: SysfsFiles, path: string, id: LineId, last: boolean): boolean {
  try {
    files.check(path, 'rw')
    return true
  } catch (error) {
    if (codeOf(error) === 'EACCES' && !last) return false
    throw fileFailure(id, 'opened', path, error)
  }
}
