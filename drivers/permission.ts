/** Why a device file cannot be opened by this user, and the command that changes it. */

import { readFileSync, statSync } from 'node:fs'
import { userInfo } from 'node:os'
import { codeOf, type ErrorContext, messageOf, PiWorkerError } from '../src/errors.js'
import type { DriverName } from './driver.js'
import { otherDriver } from './other-driver.js'

/** Who asks and where groups are looked up; the defaults are this process and this machine. */
export interface PermissionContext {
  readonly user?: string
  readonly groupIds?: readonly number[]
  readonly groupFile?: string
}

/**
 * ERR_PERMISSION for a file, naming the group that owns it and the exact command that lets this user in.
 * @param path The device or sysfs file that the kernel refused.
 */
export function permissionError(
  driver: DriverName,
  path: string,
  cause: unknown,
  context: PermissionContext = {},
): PiWorkerError {
  const user = context.user ?? userName()
  const owner = groupOf(path, context.groupFile ?? '/etc/group')
  const place = path
  const details = { driver, path, user, errno: codeOf(cause), ...(owner && { group: owner.name }) }
  const groupIds = context.groupIds ?? process.getgroups?.() ?? []
  if (owner === undefined || owner.id === 0) {
    return new PiWorkerError('ERR_PERMISSION', `${user} may not open ${path}, which belongs to root alone`, {
      place,
      cause,
      ...(driver === 'onoff' ? runAsRoot(details) : { remedy: openToGroup(user), details }),
    })
  }
  if (groupIds.includes(owner.id)) {
    return new PiWorkerError(
      'ERR_PERMISSION',
      `${user} is in the group ${owner.name}, but ${path} cannot be opened by that group`,
      { place, remedy: `Let the group in: sudo chmod g+rw ${path}`, cause, details },
    )
  }
  return new PiWorkerError('ERR_PERMISSION', `${user} may not open ${path}, which belongs to group ${owner.name}`, {
    place,
    remedy: `Join the group with: sudo usermod -aG ${owner.name} ${user}; then log in again.`,
    cause,
    details,
  })
}

/** udev's GROUP and MODE reach devices only, not the files of sysfs. */
function runAsRoot(details: ErrorContext['details']): ErrorContext {
  const why = 'only Raspberry Pi OS gives these files to the group gpio.'
  const mend = `Run it as root (sudo); ${why}`
  const gpiochip = otherDriver() === 'gpiochip'
  const remedy = gpiochip ? `Run it as root (sudo), or use --driver gpiochip; ${why}` : mend
  return { remedy, details: { ...details, mend } }
}

function openToGroup(user: string): string {
  return (
    'Give the devices to the group gpio: echo \'SUBSYSTEM=="gpio", GROUP="gpio", MODE="0660"\' | ' +
    `sudo tee /etc/udev/rules.d/90-gpio.rules; sudo groupadd -f gpio; sudo usermod -aG gpio ${user}; then restart.`
  )
}

function groupOf(path: string, groupFile: string): { id: number; name: string } | undefined {
  try {
    const id = statSync(path).gid
    return { id, name: groupName(id, groupFile) }
  } catch (error) {
    if (isFileError(error)) return undefined // the folder above is closed too, so that nothing is known of it
    throw error
  }
}

/** The name of a group, or its number when /etc/group does not have it. */
function groupName(id: number, groupFile: string): string {
  try {
    for (const line of readFileSync(groupFile, 'utf8').split('\n')) {
      const [name, , number] = line.split(':')
      if (name && number === String(id)) return name
    }
  } catch (error) {
    if (!isFileError(error)) throw error
  }
  return String(id)
}

function userName(): string {
  try {
    return userInfo().username
  } catch (error) {
    // A container may run with a user id that /etc/passwd does not have.
    if (codeOf(error) !== 'ERR_SYSTEM_ERROR') throw new PiWorkerError('ERR_IO', messageOf(error), { cause: error })
    return `user ${process.getuid?.()}`
  }
}

function isFileError(error: unknown): boolean {
  return ['ENOENT', 'EACCES', 'EPERM', 'ENOTDIR'].includes(codeOf(error) ?? '')
}
