import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { accept } from '../../drivers/make-safe.js'
import { acceptPigpio } from '../../drivers/make-safe-pigpio.js'
import { failureOf } from '../bench/setup.js'
import { tempFolder } from './temp-folder.js'

function fileWith(path: string, text: string): string {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  return path
}

describe('files', () => {
  it('are written in their order when it is to be safe, and others when it is let go', async () => {
    const folder = tempFolder()
    const [direction, unexport] = ['direction', 'unexport'].map(name => fileWith(join(folder, name), ''))
    const accepted = await accept({
      kind: 'file',
      writes: [
        { path: direction!, text: 'xxx' },
        { path: direction!, text: 'low' },
      ],
      release: [{ path: unexport!, text: '529' }],
    })
    const texts = () => [direction!, unexport!].map(path => readFileSync(path, 'utf8'))
    accepted.makeSafe(false)
    expect(texts()).toEqual(['low', ''])
    accepted.letGo()
    expect(texts()).toEqual(['low', '529'])
  })

  it('that are another line’s by now, under the same name, are not written', async () => {
    const path = join(tempFolder(), 'direction')
    const accepted = await accept({ kind: 'file', writes: [{ path: fileWith(path, ''), text: 'low' }], release: [] })
    rmSync(path)
    fileWith(path, 'theirs')
    accepted.makeSafe(true)
    expect(readFileSync(path, 'utf8')).toBe('theirs')
    accepted.forget()
  })

  it('are all written and let go although one cannot be, which is named', async () => {
    const folder = tempFolder()
    const [last, unexport] = ['last', 'unexport'].map(name => fileWith(join(folder, name), ''))
    const accepted = await accept({
      kind: 'file',
      writes: [
        { path: '/dev/full', text: 'low' },
        { path: last!, text: 'low' },
      ],
      release: [
        { path: join(folder, 'none'), text: '528' },
        { path: unexport!, text: '529' },
      ],
    })
    const failure = { code: 'ERR_IO', message: expect.stringMatching(/^\/dev\/full: ENOSPC[^;]*$/) }
    expect(() => accepted.makeSafe(true)).toThrow(expect.objectContaining(failure))
    expect(readFileSync(last!, 'utf8')).toBe('low')
    expect(() => accepted.letGo()).toThrow(
      expect.objectContaining({ message: expect.stringContaining('none: ENOENT') }),
    )
    expect(readFileSync(unexport!, 'utf8')).toBe('529')
  })

  it('tell the level of the line that they are of', async () => {
    const folder = tempFolder()
    const value = fileWith(join(folder, 'gpio529', 'value'), '1\n')
    const release = [{ path: fileWith(join(folder, 'unexport'), ''), text: '529' }]
    const accepted = await accept({ kind: 'file', writes: [], release })
    expect(accepted.level?.()).toBe('high')
    writeFileSync(value, '0\n')
    expect(accepted.level?.()).toBe('low')
    rmSync(value)
    expect(() => accepted.level?.()).toThrow('ENOENT')
  })

  it('that are not there are refused at once', async () => {
    const path = join(tempFolder(), 'none')
    const accepting = accept({ kind: 'file', writes: [{ path, text: 'low' }], release: [] })
    await expect(accepting).rejects.toMatchObject({ code: 'ENOENT' })
  })
})

describe('a line request', () => {
  it('is refused when its descriptor is none', async () => {
    const accepting = accept({ kind: 'line', fd: 1_000_000, calls: [] })
    expect(await failureOf(accepting)).toMatchObject({ code: 'ERR_IO', message: 'EBADF' })
  })
})

describe('a channel of the PWM hardware', () => {
  async function channel(duty: number, { enable = '1' } = {}) {
    const folder = tempFolder()
    const files = ['period', 'duty_cycle', 'enable'].map(name => join(folder, 'pwm1', name))
    for (const [index, text] of ['20000000', '1500000', enable].entries()) fileWith(files[index]!, text)
    fileWith(join(folder, 'unexport'), '')
    const accepted = await accept({ kind: 'pwm', folder, channel: 1, duty })
    const read = (name: string) => readFileSync(join(folder, name), 'utf8')
    return { folder, accepted, read }
  }

  it('gets its safe duty of the period that it has then', async () => {
    const { accepted, read } = await channel(0.075)
    accepted.makeSafe(false)
    expect(read('pwm1/duty_cycle')).toBe('1500000')
    const off = await channel(0)
    off.accepted.makeSafe(false)
    expect(off.read('pwm1/duty_cycle')).toMatch(/^0/)
  })

  it('is switched on where that is safe, and left off where off is', async () => {
    const on = await channel(0.5, { enable: '0' })
    on.accepted.makeSafe(false)
    expect(on.read('pwm1/enable')).toBe('1')
    const off = await channel(0, { enable: '0' })
    off.accepted.makeSafe(false)
    expect(off.read('pwm1/enable')).toBe('0')
  })

  it('is switched off and unexported when it is let go', async () => {
    const { accepted, read } = await channel(0)
    accepted.letGo()
    expect([read('pwm1/enable'), read('unexport')]).toEqual(['0', '1'])
  })

  it('that nobody has exported puts nothing out', async () => {
    const { folder, accepted, read } = await channel(0)
    rmSync(join(folder, 'pwm1'), { recursive: true })
    accepted.makeSafe(true)
    accepted.letGo()
    accepted.forget()
    expect(read('unexport')).toBe('')
  })
})

describe('lines of pigpio', () => {
  /** The npm package, writing down what it is told. */
  function fakePackage(done: string[], { broken }: { broken?: number } = {}) {
    return {
      default: {
        Gpio: class {
          readonly #line: number
          constructor(line: number) {
            this.#line = line
          }
          digitalWrite = (level: number) => {
            if (this.#line === broken) throw new RangeError('pigpio error -2')
            done.push(`write ${this.#line} ${level}`)
          }
          mode = (mode: number) => done.push(`mode ${this.#line} ${mode}`)
        },
        configureInterfaces: (flags: number) => done.push(`interfaces ${flags}`),
        initialize: () => done.push('initialize'),
        waveTxStop: () => done.push('stop'),
        terminate: () => done.push('terminate'),
      },
    }
  }
  const handover = {
    kind: 'pigpio',
    pid: 4711,
    lines: [
      { line: 17, safe: 'low' },
      { line: 18, safe: 'high' },
      { line: 22, safe: 'input' },
      { line: 23, safe: 'keep' },
    ],
  } as const

  it('are made safe by the library, started anew when its process is gone', async () => {
    const done: string[] = []
    const lock = join(tempFolder(), 'pigpio.pid')
    const accepted = await acceptPigpio(handover, async () => fakePackage(done), lock)
    expect(() => accepted.makeSafe(false)).toThrow(expect.objectContaining({ code: 'ERR_GUARDIAN' }))
    expect(done).toEqual([])
    accepted.makeSafe(true)
    expect(done).toEqual([
      ...['interfaces 3', 'initialize', 'stop'],
      ...['write 17 0', 'write 18 1', 'mode 22 0'],
      'terminate',
    ])
    accepted.letGo()
    accepted.forget()
  })

  it('are each made safe although another one cannot be, which is named', async () => {
    const done: string[] = []
    const lock = join(tempFolder(), 'pigpio.pid')
    const accepted = await acceptPigpio(handover, async () => fakePackage(done, { broken: 17 }), lock)
    expect(() => accepted.makeSafe(true)).toThrow(
      expect.objectContaining({ code: 'ERR_IO', message: 'GPIO17: pigpio error -2' }),
    )
    expect(done.slice(3)).toEqual(['write 18 1', 'mode 22 0', 'terminate'])
  })

  it('do not wait for a process that nobody has waited for: its lock is taken away, and nobody else’s', async () => {
    const lock = join(tempFolder(), 'pigpio.pid')
    const accepted = await acceptPigpio(handover, async () => fakePackage([]), fileWith(lock, '4711\n'))
    accepted.makeSafe(true)
    expect(() => readFileSync(lock)).toThrow('ENOENT')
    fileWith(lock, '815\n')
    accepted.makeSafe(true)
    expect(readFileSync(lock, 'utf8')).toBe('815\n')
  })

  it('that all stay as they are start nothing', async () => {
    const done: string[] = []
    const kept = { ...handover, lines: [{ line: 17, safe: 'keep' }] } as const
    const accepted = await acceptPigpio(kept, async () => fakePackage(done))
    accepted.makeSafe(true)
    expect(done).toEqual([])
  })

  it('are refused where the package is not', async () => {
    const accepting = acceptPigpio(handover, () => Promise.reject(new TypeError('no such package')))
    expect(await failureOf(accepting)).toMatchObject({ code: 'ERR_DRIVER_MISSING' })
  })
})
