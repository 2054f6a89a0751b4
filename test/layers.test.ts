import { dirname } from 'node:path/posix'
import { describe, expect, test } from 'vitest'
import {
  exists,
  type Import,
  importsOf,
  isNamed,
  type Node,
  parse,
  placeOf,
  readJson,
  type SourceFile,
  sourceFiles,
} from './sources.js'

const files = sourceFiles()
const imports = files.flatMap(importsOf)
const MAX_LINES = 300

/** From the bottom up: a file may import from its own layer and from those below. */
const LAYERS: readonly (readonly string[])[] = [
  ['src'],
  ['src/worker'],
  ['src/bench', 'src/bench/guards', 'src/bench/guardian', 'src/bench/stop', 'src/bench/journal'],
  ['src/peripherals', 'src/pulses'],
  [
    'src/plan',
    'src/plan/expressions',
    'src/plan/estimate',
    'src/plan/steps',
    'src/plan/running',
    'src/records',
    'src/records/run',
    'src/records/report',
    'src/records/report/page',
  ],
  ['src/cli', 'src/cli/live', 'src/service', 'src/fleet'],
]
/** The entries of the package: nothing imports them, and they hand on what their subpath export promises. */
const ENTRIES = ['src/index.ts', 'drivers/index.ts', 'mocks/index.ts', 'mocks/vitest/index.ts']
/** File formats and drawings: they know nothing of benches, so the mocks may read and draw with them. */
const FORMATS = [
  'diagram',
  'line-summary',
  'recording',
  'ruler',
  'time-text',
  'vcd',
  'vcd-names',
  'vcd-parser',
  'vcd-reader',
]
/** The only files that know which concrete drivers there are. */
const DETECTION = ['drivers/detect.ts', 'drivers/candidates.ts', 'drivers/open-bus.ts']
/** The contract of the buses stands beside that of the lines. */
const BUS_CONTRACT = 'drivers/buses/bus.ts'

describe('imports point one way', () => {
  test.each<[string, string, boolean]>([
    ['src/worker/task.ts', 'src/errors.ts', true],
    ['src/worker/task.ts', 'src/worker/clock.ts', true],
    ['src/worker/task.ts', 'src/bench/bench.ts', false],
    ['src/worker/task.ts', 'drivers/driver.ts', false],
    ['src/errors.ts', 'src/worker/clock.ts', false],
    ['src/bench/bench.ts', 'drivers/driver.ts', true],
    ['src/bench/bench.ts', 'drivers/detect.ts', true],
    ['src/bench/bench.ts', 'drivers/candidates.ts', false],
    ['src/bench/bench.ts', 'drivers/onoff/index.ts', false],
    ['src/bench/bench.ts', 'src/peripherals/output.ts', false],
    ['src/plan/run.ts', 'src/peripherals/index.ts', true],
    ['src/peripherals/output.ts', 'src/plan/run.ts', false],
    ['src/cli/run.ts', 'src/plan/run.ts', true],
    ['src/cli/doctor.ts', 'drivers/machine/machine.ts', true],
    ['src/bench/bench.ts', 'drivers/machine/machine.ts', false],
    ['drivers/machine/machine.ts', 'drivers/gpiochip/chip.ts', false],
    ['src/plan/run.ts', 'src/cli/run.ts', false],
    ['src/plan/run.ts', 'mocks/driver.ts', false],
    ['src/cli/run.ts', 'src/index.ts', false],
    ['src/index.ts', 'src/plan/run.ts', true],
    ['src/index.ts', 'src/cli/run.ts', false],
    ['drivers/lines.ts', 'drivers/header.ts', true],
    ['drivers/lines.ts', 'src/errors.ts', true],
    ['drivers/driver.ts', 'src/worker/clock.ts', true],
    ['drivers/driver.ts', 'src/bench/bench.ts', false],
    ['drivers/lines.ts', 'drivers/onoff/line.ts', false],
    ['drivers/detect.ts', 'drivers/onoff/index.ts', true],
    ['drivers/detect.ts', 'mocks/driver.ts', true],
    ['drivers/onoff/index.ts', 'drivers/onoff/line.ts', true],
    ['drivers/onoff/index.ts', 'drivers/lines.ts', true],
    ['drivers/onoff/index.ts', 'drivers/detect.ts', false],
    ['drivers/onoff/index.ts', 'drivers/gpiochip/chip.ts', false],
    ['drivers/onoff/index.ts', 'mocks/board.ts', false],
    ['mocks/board.ts', 'drivers/driver.ts', true],
    ['mocks/parts/input.ts', 'mocks/net.ts', true],
    ['mocks/board.ts', 'src/worker/clock.ts', true],
    ['mocks/board.ts', 'src/bench/bench.ts', false],
    ['mocks/board.ts', 'drivers/gpiochip/chip.ts', false],
    ['mocks/board.ts', 'drivers/detect.ts', false],
    ['mocks/buses/i2c.ts', 'drivers/buses/bus.ts', true],
    ['mocks/board.ts', 'drivers/buses/bus.ts', true],
    ['mocks/board.ts', 'drivers/buses/i2c.ts', false],
    ['drivers/driver.ts', 'drivers/buses/bus.ts', true],
    ['drivers/driver.ts', 'drivers/buses/i2c.ts', false],
    ['src/bench/bench.ts', 'drivers/open-bus.ts', true],
    ['mocks/index.ts', 'src/worker/virtual-clock.ts', true],
    ['mocks/replay.ts', 'src/records/recording.ts', true],
    ['mocks/replay.ts', 'src/records/record-trace.ts', false],
    ['src/records/recording.ts', 'src/bench/bench.ts', false],
    ['mocks/open-bench.ts', 'src/bench/open-bench.ts', true],
    ['mocks/vitest/lines.ts', 'src/bench/bench.ts', true],
    ['mocks/vitest/lines.ts', 'src/cli/run.ts', false],
    ['mocks/vitest/lines.ts', 'drivers/gpiochip/chip.ts', false],
    ['mocks/board.ts', 'mocks/vitest/lines.ts', false],
    ['mocks/driver.ts', 'mocks/open-bench.ts', false],
  ])('%s → %s: %s', (from, to, allowed) => {
    expect(isAllowed(from, to)).toBe(allowed)
  })

  test('in every file: the worker knows nothing of GPIO, cli → plan → peripherals → bench → worker, no driver knows another', () => {
    const wrong = imports.filter(({ own, from, to }) => own && !isAllowed(from, to))
    expect(wrong.map(({ from, to }) => `${from} imports ${to}`)).toEqual([])
  })

  test('every file is in a layer, and every import finds its file', () => {
    const known = ['drivers', 'mocks', ...LAYERS.flat()]
    const strays = files.filter(
      ({ path }) => !known.some(folder => dirname(path) === folder || path.startsWith(`${folder}/`)),
    )
    expect(strays.map(({ path }) => path)).toEqual([])
    expect(files.filter(({ path }) => rankOf(path) === -1 && path.startsWith('src/')).map(({ path }) => path)).toEqual(
      [],
    )
    expect(imports.filter(({ own, to }) => own && !exists(to))).toEqual([])
  })

  test('no import makes a circle at run time', () => {
    expect(circles(imports.filter(({ own, kind }) => own && kind === 'value'))).toEqual([])
  })

  test('circles of types stay within one folder', () => {
    const all = circles(imports.filter(({ own, kind }) => own && kind !== 'dynamic'))
    expect(all.filter(circle => new Set(circle.map(folderOf)).size > 1)).toEqual([])
  })

  test('a circle is found', () => {
    const arrow = (from: string, to: string): Import => ({ from, to, own: true, kind: 'value' })
    const arrows = [arrow('a', 'b'), arrow('b', 'c'), arrow('c', 'a'), arrow('c', 'd'), arrow('e', 'e')]
    expect(circles(arrows)).toEqual([['a', 'b', 'c'], ['e']])
  })

  test('imports are seen, whatever they look like', () => {
    const file = parse(
      'src/worker/x.ts',
      `import { a } from './a.js'
       import { type B } from './b.js'
       import type { C } from './c.js'
       import './d.js'
       export { e } from '../e.js'
       export type { F } from './f.js'
       export * from './g.js'
       const h = await import('./h.js')
       let i: import('./i.js').I
       import pc from 'picocolors'`,
    )
    expect(importsOf(file).map(({ to, own, kind }) => `${to} ${own ? kind : 'package'}`)).toEqual([
      'src/worker/a.ts value',
      'src/worker/b.ts value',
      'src/worker/c.ts type',
      'src/worker/d.ts value',
      'src/e.ts value',
      'src/worker/f.ts type',
      'src/worker/g.ts value',
      'src/worker/h.ts dynamic',
      'src/worker/i.ts type',
      'picocolors package',
    ])
  })
})

describe('packages', () => {
  const facts = readJson('package.json') as Record<
    'dependencies' | 'optionalDependencies' | 'peerDependencies',
    Record<string, string>
  >
  const foreign = imports.filter(({ own, to }) => !own && !to.startsWith('node:'))

  test('that are imported are dependencies', () => {
    const known = Object.keys({ ...facts.dependencies, ...facts.optionalDependencies })
    const peers = Object.keys(facts.peerDependencies)
    const mayUse = (from: string): string[] => (from.startsWith('mocks/vitest/') ? [...known, ...peers] : known)
    const strangers = foreign.filter(({ from, to, kind }) => kind !== 'type' && !mayUse(from).includes(packageOf(to)))
    expect(strangers.map(({ from, to }) => `${from} imports ${to}`)).toEqual([])
  })

  test('that are optional are never imported before they are needed: an install without them works', () => {
    const optional = Object.keys(facts.optionalDependencies)
    // A file that no other imports is a thread's: it is loaded when the thread starts.
    const isThread = (from: string): boolean => !imports.some(({ to }) => to === from)
    const early = foreign.filter(
      ({ from, to, kind }) => kind === 'value' && optional.includes(packageOf(to)) && !isThread(from),
    )
    expect(early.map(({ from, to }) => `${from} imports ${to}`)).toEqual([])
  })
})

describe('time and chance', () => {
  const FORBIDDEN = [
    'setTimeout',
    'setInterval',
    'setImmediate',
    'performance',
    'hrtime',
    'Math.random',
    'Date.now',
    'new Date()',
  ]
  const ALLOWED: Readonly<Record<string, readonly string[]>> = {
    'src/worker/clock.ts': FORBIDDEN.filter(name => name !== 'Math.random'),
    'src/worker/virtual-clock.ts': ['setImmediate'],
    // It puts its own in the place of these.
    'mocks/vitest/user-time.ts': ['setTimeout', 'setInterval', 'Date.now', 'new Date()'],
  }

  test('come from the clock and a seed, and from nowhere else', () => {
    const uses = files.flatMap(file =>
      clocksIn(file)
        .filter(({ what }) => !ALLOWED[file.path]?.includes(what))
        .map(({ what, place }) => `${place} uses ${what}`),
    )
    expect(uses).toEqual([])
  })

  test('are found, whatever they look like', () => {
    const file = parse(
      'x.ts',
      `import { setTimeout as sleep } from 'node:timers/promises'
       const a = Date.now(), b = new Date(), c = new Date, d = Date(), e = globalThis.performance.now()
       process.hrtime.bigint(); Math.random(); setImmediate(f); const { random } = Math
       const fine = [new Date(5), Date.parse('x'), Math.round(1), 'setTimeout', { performance: 1 }.performance] // Date.now()`,
    )
    expect(
      clocksIn(file)
        .map(({ what }) => what)
        .sort(),
    ).toEqual(
      [
        'Date.now',
        'Math.random',
        'Math.random',
        'hrtime',
        'new Date()',
        'new Date()',
        'new Date()',
        'performance',
        'setImmediate',
        'setTimeout',
      ].sort(),
    )
  })
})

test(`no file has more than ${MAX_LINES} lines`, () => {
  const long = files.map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }))
  expect(long.filter(({ lines }) => lines > MAX_LINES)).toEqual([])
})

test('nothing is exported as default, and every file says at its top what it is for', () => {
  const silent = files.filter(({ text }) => !text.replace(/^#!.*\n/, '').startsWith('/**'))
  expect(silent.map(({ path }) => path)).toEqual([])
  const defaults = files.filter(({ nodes }) => nodes.some(isDefaultExport))
  expect(defaults.map(({ path }) => path)).toEqual([])
})

/** The folder that a file belongs to as a whole: a layer of src, one driver, what drivers share, or the mocks. */
function folderOf(path: string): string {
  return path.startsWith('mocks/') ? 'mocks' : dirname(path)
}

/** The layer of a file of src, counted from the bottom; -1 for any other. */
function rankOf(path: string): number {
  return LAYERS.findIndex(folders => folders.includes(dirname(path)))
}

function isAllowed(from: string, to: string): boolean {
  if (ENTRIES.includes(to)) return false
  const [area] = from.split('/')
  if (isOnTop(to) && !isOnTop(from)) return from === 'mocks/index.ts'
  if (isOnTop(from) && to.startsWith('src/')) return rankOf(to) < rankOf('src/cli/x.ts')
  if (isFormat(from)) return isFormat(to) || dirname(to) === 'src' || to === 'drivers/driver.ts'
  if (area === 'mocks' && isFormat(to)) return true
  if (area === 'src') return isAllowedInSrc(from, to)
  if (to.startsWith('src/')) return dirname(to) === 'src' || dirname(to) === 'src/worker'
  if (area === 'mocks') {
    const contract = to === BUS_CONTRACT || (dirname(to) === 'drivers' && !DETECTION.includes(to))
    // The mock of a bus keeps the rules of the bus: the same checks, traffic and errors.
    const bus = dirname(from) === 'mocks/buses' && dirname(to) === 'drivers/buses'
    return to.startsWith('mocks/') || contract || bus
  }
  if (from === 'drivers/index.ts' || DETECTION.includes(from)) return true
  // A file shared by the drivers, or one of a driver: its own folder and what is shared.
  if (dirname(to) === 'drivers' || to === BUS_CONTRACT) return !DETECTION.includes(to)
  return dirname(from) !== 'drivers' && dirname(to) === dirname(from)
}

/** What opens benches on the mock, for the tests of users: above all that it uses. */
function isOnTop(path: string): boolean {
  return path === 'mocks/open-bench.ts' || path.startsWith('mocks/vitest/')
}

function isFormat(path: string): boolean {
  return FORMATS.some(name => path === `src/records/${name}.ts`)
}

function isAllowedInSrc(from: string, to: string): boolean {
  if (to.startsWith('drivers/')) {
    const shared = dirname(to) === 'drivers' && to !== 'drivers/candidates.ts'
    const machine = dirname(to) === 'drivers/machine' && dirname(from) === 'src/cli'
    return rankOf(from) >= rankOf('src/bench/x.ts') && (shared || machine)
  }
  if (!to.startsWith('src/')) return false
  if (from === 'src/index.ts') return rankOf(to) < rankOf('src/cli/x.ts')
  return rankOf(to) <= rankOf(from)
}

/** Groups of files that import each other, each in alphabetical order. */
function circles(arrows: readonly Import[]): string[][] {
  const next = new Map<string, string[]>()
  for (const { from, to } of arrows) next.set(from, [...(next.get(from) ?? []), to])
  const reachable = new Map([...next.keys()].map(path => [path, reach(path, next)]))
  const found = new Map<string, string[]>()
  for (const [path, reached] of reachable) {
    if (!reached.has(path)) continue
    const circle = [...reached].filter(other => reachable.get(other)?.has(path)).sort()
    found.set(circle.join(), circle)
  }
  return [...found.values()]
}

function reach(from: string, next: ReadonlyMap<string, readonly string[]>): Set<string> {
  const reached = new Set<string>()
  const open = [from]
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    for (const to of next.get(path) ?? []) {
      if (reached.has(to)) continue
      reached.add(to)
      open.push(to)
    }
  }
  return reached
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

/** Where a file asks for the time, waits, or rolls dice. */
function clocksIn(file: SourceFile): { what: string; place: string }[] {
  // By where they begin: a name that stands for its value too (`{ performance }`) is two nodes in one place.
  const found = new Map<number, { what: string; place: string }>()
  for (const node of file.nodes) {
    const what = clockOf(node)
    if (what !== undefined) found.set(node.start, { what, place: placeOf(file, node) })
  }
  return [...found.values()]
}

function clockOf(node: Node): string | undefined {
  if (node.type === 'NewExpression' && isNamed(node.callee, 'Date')) {
    return node.arguments.length === 0 ? 'new Date()' : undefined
  }
  if (node.type === 'CallExpression' && isNamed(node.callee, 'Date')) return 'new Date()'
  if (node.type !== 'Identifier') return undefined
  const { parent, name } = node
  if (name === 'hrtime') return name
  const of =
    parent?.type === 'MemberExpression' && parent.property === node && !parent.computed ? parent.object : undefined
  if (of !== undefined && name === 'now' && isNamed(of, 'Date')) return 'Date.now'
  if (of !== undefined && name === 'random' && isNamed(of, 'Math')) return 'Math.random'
  if (name === 'random' && parent?.type === 'Property' && isOfMath(parent)) return 'Math.random'
  if (!['setTimeout', 'setInterval', 'setImmediate', 'performance'].includes(name)) return undefined
  if (parent?.type === 'Property' && parent.key === node && isOfObject(parent)) return undefined
  return of === undefined || isNamed(of, 'globalThis') ? name : undefined
}

/** `const { random } = Math`, and not what else may be called so. */
function isOfMath({ parent }: Node): boolean {
  if (parent?.type !== 'ObjectPattern' || parent.parent?.type !== 'VariableDeclarator') return false
  const { init } = parent.parent
  return init !== null && isNamed(init, 'Math')
}

/** `{ performance: 1 }`: a name of one's own, and nothing that is taken out of an object or out of the air. */
function isOfObject(property: Node & { type: 'Property' }): boolean {
  return property.parent?.type === 'ObjectExpression' && !property.method && !property.shorthand
}

function isDefaultExport({ type, parent }: Node): boolean {
  return parent?.type === 'Program' && (type === 'ExportDefaultDeclaration' || type === 'TSExportAssignment')
}
