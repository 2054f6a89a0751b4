import { chmodSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { listenAt } from '../../../src/bench/guardian/control.js'
import { Heir } from '../../../src/bench/guardian/heir.js'
import type { HeldRequest, Hold } from '../../../src/bench/guardian/protocol.js'
import { Questions } from '../../../src/bench/guardian/questions.js'
import { makeRunFolder, socketPath, socketsIn } from '../../../src/bench/run-folder.js'
import { tempFolder } from '../../drivers/temp-folder.js'
import { failureOf } from '../setup.js'
import { FakeWorld, files, guarding, turn } from './world.js'

const BOARD = { driver: 'onoff', description: '/sys/class/gpio/gpiochip512 (pinctrl-bcm2711, 58 lines)' } as const
const request = (lines: readonly number[], other: Partial<HeldRequest> = {}): HeldRequest => {
  return { kind: 'file', driver: BOARD.driver, board: BOARD.description, lines, ...other }
}

interface Held {
  readonly what: string
  readonly request: HeldRequest
  readonly hold?: Hold
}

/** A guardian whose runner has ended, listening in the folder. */
async function holder(folder: string, held: readonly Held[], { pid = 812, ends = true } = {}) {
  const world = new FakeWorld()
  const items = held.map(({ what, request, hold = 'forever' }, index) => {
    return { id: index + 1, what, hold, handover: files(what), request }
  })
  const { duty } = await guarding(items, world)
  const control = await listenAt(socketPath(makeRunFolder(folder), 'guardian', pid), duty)
  onTestFinished(() => control.close())
  if (ends) duty.receive({ type: 'bye' })
  world.done.length = 0
  return { world, duty, control }
}

/** Until what was said through a socket has arrived: both ends are in this process. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn()
}

describe('the next runner', () => {
  it('takes over the same lines, which are held until it guards them itself', async () => {
    const folder = tempFolder()
    const { world } = await holder(folder, [{ what: 'pump', request: request([17, 18]) }])
    const heir = await Heir.find(BOARD, folder)
    expect(await heir.claim([17, 18])).toEqual({ kind: 'file' })
    expect([heir.isBorrowed([18]), world.done]).toEqual([true, []])
    await heir.taken()
    expect([heir.isBorrowed([18]), world.done]).toEqual([false, ['forget pump', 'leave']])
  })

  it('leaves lines to their guardian when it comes to nothing', async () => {
    const folder = tempFolder()
    const { world, duty } = await holder(folder, [{ what: 'pump', request: request([17]) }])
    const heir = await Heir.find(BOARD, folder)
    await heir.claim([17])
    heir.close()
    await until(() => world.done.length > 0)
    expect([world.done, duty.status().state]).toEqual([['safe pump after'], 'holding'])
  })

  it.each([
    ['in another order', request([18, 17])],
    ['together with others', request([17, 18, 19])],
    [
      'through another driver',
      request([17, 18], { driver: 'gpiochip', board: '/dev/gpiochip0 (pinctrl-bcm2711, 58 lines)' }),
    ],
  ])('has lines let go that were held %s', async (_, held) => {
    const folder = tempFolder()
    const { world } = await holder(folder, [{ what: 'pump', request: held }])
    const heir = await Heir.find(BOARD, folder)
    expect(await heir.claim([17, 18])).toBeUndefined()
    expect(world.done).toEqual(['let go pump', 'leave'])
    await heir.taken()
  })

  it('leaves alone what it does not want', async () => {
    const folder = tempFolder()
    const { world } = await holder(folder, [
      { what: 'pump', request: request([17]) },
      { what: 'valve', request: request([27]) },
      { what: 'far', request: request([17], { board: '/sys/class/gpio/gpiochip600 (pcf8574, 8 lines)' }) },
    ])
    const heir = await Heir.find(BOARD, folder)
    await heir.claim([17])
    await heir.claim([4])
    await heir.taken()
    expect(world.done).toEqual(['forget pump'])
  })

  it('requests lines as ever when their guardian is gone meanwhile', async () => {
    const folder = tempFolder()
    const { control } = await holder(folder, [
      { what: 'pump', request: request([17]) },
      { what: 'valve', request: request([27, 22]) },
    ])
    const heir = await Heir.find(BOARD, folder)
    control.close()
    expect([await heir.claim([17]), await heir.claim([27]), heir.isBorrowed([17])]).toEqual([
      undefined,
      undefined,
      false,
    ])
    await heir.taken()
  })

  it('takes lines from several guardians', async () => {
    const folder = tempFolder()
    const one = await holder(folder, [{ what: 'pump', request: request([17]) }], { pid: 1 })
    const other = await holder(folder, [{ what: 'valve', request: request([27]) }], { pid: 2 })
    const heir = await Heir.find(BOARD, folder)
    expect([await heir.claim([17]), await heir.claim([27])]).toEqual([{ kind: 'file' }, { kind: 'file' }])
    await heir.taken()
    expect([one.world.done, other.world.done]).toEqual([
      ['forget pump', 'leave'],
      ['forget valve', 'leave'],
    ])
  })

  it('waits for a guardian that is making things safe: what it lets go is free, and what it holds can be had', async () => {
    const folder = tempFolder()
    const { world, duty } = await holder(folder, [{ what: 'pump', request: request([17]) }], { ends: false })
    world.lives = false
    const finding = Heir.find(BOARD, folder)
    await turn()
    duty.gone()
    expect(await (await finding).claim([17])).toEqual({ kind: 'file' })
  })

  it('does not touch what a guardian guards whose runner lives', async () => {
    const folder = tempFolder()
    const { world } = await holder(folder, [{ what: 'pump', request: request([17]) }], { ends: false })
    const heir = await Heir.find(BOARD, folder)
    expect([heir.isEmpty, await heir.claim([17]), world.done]).toEqual([true, undefined, []])
  })

  it('finds nothing where nobody holds anything, and goes on past sockets of the dead and of others', async () => {
    const folder = tempFolder()
    expect((await Heir.find(BOARD, join(folder, 'none'))).isEmpty).toBe(true)
    // No process has such a number.
    const dead = socketPath(folder, 'guardian', 2 ** 22 + 1)
    writeFileSync(dead, '')
    const strange = createServer(socket => socket.end('hello\n')).listen(socketPath(folder, 'guardian', 4))
    onTestFinished(() => void strange.close())
    expect((await Heir.find(BOARD, folder)).isEmpty).toBe(true)
    expect(socketsIn(folder, 'guardian')).toEqual([socketPath(folder, 'guardian', 4)])
  })
})

describe('the socket of a guardian', () => {
  const ask = async (folder: string): Promise<Questions> => {
    const questions = await Questions.open(socketPath(folder, 'guardian', 812))
    onTestFinished(() => questions?.close())
    return questions as Questions
  }

  it('tells what is guarded', async () => {
    const folder = tempFolder()
    await holder(folder, [{ what: 'pump', request: request([17]), hold: 5000 }], { ends: false })
    expect(await (await ask(folder)).ask({ type: 'status' }, 'status')).toEqual({
      type: 'status',
      pid: 812,
      runner: 811,
      state: 'guarding',
      items: [{ id: 1, what: 'pump', hold: 5000, request: request([17]) }],
    })
  })

  it('stops a bench', async () => {
    const folder = tempFolder()
    const { world, duty } = await holder(folder, [{ what: 'pump', request: request([17]) }], { ends: false })
    const answer = await (await ask(folder)).ask({ type: 'stop', reason: 'fire' }, 'stopped')
    duty.receive({ type: 'stopped' })
    expect(answer).toEqual({ type: 'stopped', did: ['pump'], failed: [] })
    expect(world.told.at(-1)).toEqual({ type: 'stop', reason: 'fire' })
  })

  it('refuses what it does not know, and says what', async () => {
    const folder = tempFolder()
    await holder(folder, [{ what: 'pump', request: request([17]) }])
    const questions = await ask(folder)
    const refusal = (question: object) => failureOf(questions.ask(question as never, 'done'))
    expect(await refusal({ type: 'dance' })).toMatchObject({
      code: 'ERR_GUARDIAN',
      message: 'there is no such question: dance',
    })
    expect(await refusal({ type: 'letGo', id: 9 })).toMatchObject({ message: 'the guardian has no item 9' })
    expect(await refusal([])).toMatchObject({ message: 'this is no message: []' })
  })

  it('takes the place of one whose process is gone, and goes with its own', async () => {
    const folder = tempFolder()
    writeFileSync(socketPath(folder, 'guardian', 812), '')
    const { control } = await holder(folder, [])
    expect(socketsIn(folder, 'guardian')).toHaveLength(1)
    control.close()
    expect(socketsIn(folder, 'guardian')).toEqual([])
  })
})

describe('the run folder', () => {
  it('is made for this user alone', () => {
    const folder = join(tempFolder(), 'a', 'b')
    expect(statSync(makeRunFolder(folder)).mode & 0o777).toBe(0o700)
    expect(makeRunFolder(folder)).toBe(folder)
  })

  it('is refused when others may write there', () => {
    const folder = tempFolder()
    chmodSync(folder, 0o777)
    expect(() => makeRunFolder(folder)).toThrow(expect.objectContaining({ code: 'ERR_PERMISSION', place: folder }))
  })

  it('is refused when it is a link to somewhere else', () => {
    const target = tempFolder()
    const link = join(tempFolder(), 'link')
    symlinkSync(target, link)
    expect(() => makeRunFolder(link)).toThrow(expect.objectContaining({ code: 'ERR_PERMISSION' }))
  })

  it.each([
    ['that others may write to', 0o770],
    ['that others may read', 0o704],
  ])('is not read when it is one %s: whatever listens there may be anybody', async (_, mode) => {
    const folder = tempFolder()
    await holder(folder, [{ what: 'pump', request: request([17]) }])
    chmodSync(folder, mode)
    const refusal = expect.objectContaining({ code: 'ERR_PERMISSION', place: folder })
    expect(() => socketsIn(folder, 'guardian')).toThrow(refusal)
    expect(() => socketsIn(folder, 'bench')).toThrow(refusal)
    expect(await failureOf(Heir.find(BOARD, folder))).toMatchObject({ code: 'ERR_PERMISSION' })
  })

  it('is not read when it is a link to somewhere else', () => {
    const link = join(tempFolder(), 'link')
    symlinkSync(tempFolder(), link)
    expect(() => socketsIn(link, 'guardian')).toThrow(expect.objectContaining({ code: 'ERR_PERMISSION' }))
  })

  it('has nothing in it when it is not there', () => {
    expect(socketsIn(join(tempFolder(), 'none'), 'guardian')).toEqual([])
  })

  it('is refused when it cannot be made', () => {
    const file = join(tempFolder(), 'file')
    writeFileSync(file, '')
    expect(() => makeRunFolder(join(file, 'under'))).toThrow(expect.objectContaining({ code: 'ERR_FILE' }))
  })
})
