/** Lines that are exported through sysfs. An export outlives its process, even one that was killed. */

import type { Direction, Level } from '../driver.js'
import { SYSFS_GPIO } from '../sysfs-chips.js'
import { sysfsChips } from './chips.js'
import type { MachineFiles } from './files.js'
import { type ProcessFacts, processes } from './processes.js'

export interface ExportedLine {
  /** The number that `/sys/class/gpio/unexport` takes. */
  readonly number: number
  /** BCM number, when it is a line of the chip that `label` names. */
  readonly line: number | undefined
  readonly label: string | undefined
  readonly direction: Direction | undefined
  readonly level: Level | undefined
  /** The program that has its files open, as far as this user may see: `node (1234)`. */
  readonly holder: string | undefined
  /** No holder is seen, but there are programs whose files this user may not see. */
  readonly hidden: boolean
}

export function readExports(files: MachineFiles): ExportedLine[] {
  const numbers = files.names(SYSFS_GPIO).flatMap(name => /^gpio(\d+)$/.exec(name)?.[1] ?? [])
  if (numbers.length === 0) return []
  const chips = sysfsChips(files)
  const running = processes(files)
  const holders = holdersOf(files, running)
  const closed = running.some(({ pid }) => files.closed(`/proc/${pid}/fd`))
  return numbers
    .map(Number)
    .sort((a, b) => a - b)
    .map(number => {
      const chip = chips.find(({ base, lineCount }) => number >= base && number < base + lineCount)
      const folder = `${SYSFS_GPIO}/gpio${number}`
      return {
        number,
        line: chip === undefined ? undefined : number - chip.base,
        label: chip?.label,
        direction: directionOf(files.text(`${folder}/direction`)),
        level: levelOf(files.text(`${folder}/value`), files.text(`${folder}/active_low`) === '1'),
        holder: holders.get(number),
        hidden: closed && !holders.has(number),
      }
    })
}

/** By the number of the line: who has one of its files open. */
function holdersOf(files: MachineFiles, running: readonly ProcessFacts[]): ReadonlyMap<number, string> {
  const holders = new Map<number, string>()
  for (const { pid, name } of running) {
    for (const fd of files.names(`/proc/${pid}/fd`)) {
      const number = /\/gpio(\d+)\/(?:value|edge|direction)$/.exec(files.link(`/proc/${pid}/fd/${fd}`) ?? '')?.[1]
      if (number !== undefined) holders.set(Number(number), `${name} (${pid})`)
    }
  }
  return holders
}

function directionOf(text: string | undefined): Direction | undefined {
  if (text === 'in') return 'input'
  return text === 'out' ? 'output' : undefined
}

/** `value` is logical: active_low turns it over. */
function levelOf(text: string | undefined, activeLow: boolean): Level | undefined {
  if (text !== '0' && text !== '1') return undefined
  return (text === '1') !== activeLow ? 'high' : 'low'
}
