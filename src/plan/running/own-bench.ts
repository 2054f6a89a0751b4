/** A bench as a function that runs sees it: whatever is started by it belongs to the run. */

import type { Bench } from '../../bench/bench.js'
import { Peripheral } from '../../bench/peripheral.js'
import type { Task } from '../../worker/task.js'

interface Owner {
  /** @throws when nothing may be started any more */
  readonly refuse: () => void
  readonly started: (task: Task, peripheral: string, action: string) => void
}

type Start = (...args: unknown[]) => Task

/** It has everything that the bench has. Not a copy: its members are those of the bench, in another coat. */
export function ownBench<B extends Bench>(bench: B, owner: Owner): B {
  const coats = new Map<Peripheral, Peripheral>()
  const coated = (peripheral: Peripheral): Peripheral => {
    const coat = coats.get(peripheral) ?? ownPeripheral(peripheral, owner)
    coats.set(peripheral, coat)
    return coat
  }
  return coat(bench, (key, value) => {
    if (value instanceof Peripheral) return coated(value)
    if (key === 'peripheral') return (name: string) => coated(bench.peripheral(name))
    if (key === 'call') {
      return (peripheral: string, action: string, ...rest: unknown[]) => {
        owner.refuse()
        const task = (bench.call as (...args: unknown[]) => Task).call(bench, peripheral, action, ...rest)
        owner.started(task, peripheral, action)
        return task
      }
    }
    return typeof value === 'function' ? value.bind(bench) : value
  })
}

function ownPeripheral(peripheral: Peripheral, owner: Owner): Peripheral {
  const { name, definition } = peripheral
  const starting = (start: Start, action: (args: readonly unknown[]) => string): Start => {
    return (...args) => {
      owner.refuse()
      const task = start.apply(peripheral, args)
      owner.started(task, name, action(args))
      return task
    }
  }
  return coat(peripheral, (key, value) => {
    if (typeof value !== 'function') return value
    if (key === 'call') return starting(value as Start, ([action]) => String(action))
    if (Object.hasOwn(definition.actions, key)) return starting(value as Start, () => key)
    return value.bind(peripheral)
  })
}

/** The members of what is within may be fixed, so the coat is not one of it, but of nothing. */
function coat<T extends object>(within: T, member: (key: string, value: unknown) => unknown): T {
  return new Proxy({} as T, {
    get: (_, key) => {
      const value: unknown = Reflect.get(within, key, within)
      return typeof key === 'symbol' ? value : member(key, value)
    },
    has: (_, key) => Reflect.has(within, key),
    getPrototypeOf: () => Reflect.getPrototypeOf(within),
    set: () => false,
  })
}
