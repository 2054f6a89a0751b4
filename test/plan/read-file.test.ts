import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readPlanSource } from '../../src/plan/source.js'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pi-worker-read-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const path = (name: string) => join(folder, name)

describe('reading a plan file', () => {
  it('reads the text of the file', async () => {
    writeFileSync(path('good.yaml'), 'name: x\n')
    expect((await readPlanSource(path('good.yaml'))).value).toEqual({ name: 'x' })
  })

  it('follows a symbolic link', async () => {
    writeFileSync(path('target.yaml'), 'name: linked\n')
    symlinkSync(path('target.yaml'), path('link.yaml'))
    expect((await readPlanSource(path('link.yaml'))).value).toEqual({ name: 'linked' })
  })

  it('refuses a file that is not there, and names it', async () => {
    const missing = path('missing.yaml')
    await expect(readPlanSource(missing)).rejects.toMatchObject({ code: 'ERR_FILE', place: missing })
  })

  it('refuses a folder', async () => {
    mkdirSync(path('folder'))
    await expect(readPlanSource(path('folder'))).rejects.toMatchObject({
      code: 'ERR_FILE',
      message: expect.stringContaining('is a folder'),
    })
  })

  it('refuses a named pipe without waiting for its writer', async () => {
    execFileSync('mkfifo', [path('pipe')])
    await expect(readPlanSource(path('pipe'))).rejects.toMatchObject({ code: 'ERR_FILE' })
  })

  it('refuses a device that never ends', async () => {
    await expect(readPlanSource('/dev/zero')).rejects.toMatchObject({ code: 'ERR_FILE' })
  })

  it('refuses a file without permission, and says what to do', async () => {
    writeFileSync(path('secret.yaml'), 'name: x\n')
    chmodSync(path('secret.yaml'), 0o000)
    // Root may read everything: be nobody for a moment.
    const root = process.geteuid?.() === 0
    if (root) process.seteuid?.(65_534)
    try {
      await expect(readPlanSource(path('secret.yaml'))).rejects.toMatchObject({
        code: 'ERR_FILE',
        remedy: expect.stringContaining('right to read'),
      })
    } finally {
      if (root) process.seteuid?.(0)
    }
  })

  it('refuses a file of 100 MB without reading it', async () => {
    writeFileSync(path('huge.yaml'), '')
    truncateSync(path('huge.yaml'), 100_000_000)
    const before = process.memoryUsage().arrayBuffers
    await expect(readPlanSource(path('huge.yaml'))).rejects.toMatchObject({
      code: 'ERR_PLAN_TOO_LARGE',
      message: expect.stringContaining('100 MB'),
    })
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(5_000_000)
  })

  it('refuses one byte more than 1 MiB and accepts 1 MiB', async () => {
    const comment = (bytes: number) => `name: x\n#${'x'.repeat(bytes - 9)}`
    writeFileSync(path('limit.yaml'), comment(1024 * 1024))
    writeFileSync(path('over.yaml'), comment(1024 * 1024 + 1))
    await expect(readPlanSource(path('limit.yaml'))).resolves.toMatchObject({ value: { name: 'x' } })
    await expect(readPlanSource(path('over.yaml'))).rejects.toMatchObject({ code: 'ERR_PLAN_TOO_LARGE' })
  })

  it('refuses an empty file', async () => {
    writeFileSync(path('empty.yaml'), '')
    await expect(readPlanSource(path('empty.yaml'))).rejects.toMatchObject({
      code: 'ERR_PLAN_EMPTY',
      place: `${path('empty.yaml')}:1:1`,
    })
  })

  it('refuses bytes that are not UTF-8, with their place', async () => {
    writeFileSync(path('latin.yaml'), Buffer.from('name: x\nnote: caf\xe9\n', 'latin1'))
    await expect(readPlanSource(path('latin.yaml'))).rejects.toMatchObject({
      code: 'ERR_PLAN_SYNTAX',
      place: `${path('latin.yaml')}:2:10`,
    })
  })

  it('refuses a picture', async () => {
    writeFileSync(path('picture.png'), Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'))
    await expect(readPlanSource(path('picture.png'))).rejects.toMatchObject({ code: 'ERR_PLAN_SYNTAX' })
  })
})
