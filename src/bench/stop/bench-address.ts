/** Where the bench of that name and process listens. The name is in the path, so that a stuck bench has one too. */

import { basename, join } from 'node:path'
import { MOST_SOCKET_PATH, socketsIn } from '../run-folder.js'

export interface BenchAddress {
  readonly path: string
  /** The bench's name, as far as a path can have it. */
  readonly name: string
  readonly pid: number
}

const MOST_NAME = 40
const ADDRESS = /^bench-(\d+)-([\w.-]+?)(?:~\d+)?\.sock$/

/** The name as a path has it: two names may come to the same. */
export function pathName(name: string): string {
  const text = name
    .normalize('NFKD')
    .replace(/[^\w.-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, MOST_NAME)
  return text === '' ? 'bench' : text
}

/** @param number For one of several benches of one name in one process: 0, 1, ... */
export function benchPath(folder: string, name: string, pid: number, number: number): string {
  return join(folder, `bench-${pid}-${pathName(name)}${number === 0 ? '' : `~${number}`}.sock`)
}

export function fitsSocket(path: string): boolean {
  return Buffer.byteLength(path) <= MOST_SOCKET_PATH
}

/** All in the folder, by their names. */
export function addressesIn(folder: string): BenchAddress[] {
  return socketsIn(folder, 'bench')
    .flatMap(path => {
      const [, pid, name = ''] = ADDRESS.exec(basename(path)) ?? []
      return pid === undefined ? [] : [{ path, name, pid: Number(pid) }]
    })
    .sort((a, b) => a.name.localeCompare(b.name) || a.pid - b.pid)
}
