/** Everything that the pages under docs/ say to type or to copy works as it stands, in its order. */

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it, vi } from 'vitest'
import { stepKinds } from '../src/plan/step-kinds.js'
import { runMain, tempFolder } from './cli/setup.js'

const ROOT = join(import.meta.dirname, '..')
const DOCS = join(ROOT, 'docs')
const pages = readdirSync(DOCS).map(name => ({ name, text: readFileSync(join(DOCS, name), 'utf8') }))

/** The code blocks in one language. */
function blocks(text: string, language: string): string[] {
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].flatMap(([, name, code]) =>
    name === language ? [code ?? ''] : [],
  )
}

describe.each(pages)('docs/$name', ({ text }) => {
  it('has a plan and commands for it that work', async () => {
    const folder = tempFolder()
    const plan = join(folder, 'plan.yaml')
    writeFileSync(plan, blocks(text, 'yaml')[0] ?? '')
    const commands = blocks(text, 'sh').flatMap(block => block.trim().split('\n'))
    expect(commands.length).toBeGreaterThan(0)
    for (const command of commands) {
      const args = command.split(' ').map(word => (word === 'plan.yaml' ? plan : word))
      expect(args.shift()).toBe('pi-worker')
      const { code, stderr } = await runMain(args, { env: { PI_WORKER_RUNS: join(folder, 'runs') } })
      expect({ command, code, stderr: code === 0 ? '' : stderr }).toEqual({ command, code: 0, stderr: '' })
    }
  })

  it('has programs that run', async () => {
    for (const [index, code] of blocks(text, 'ts').entries()) {
      // Inside the repository, so that `pi-worker` is found as it would be after an install.
      const programs = join(ROOT, '.cache', `docs-${process.pid}`)
      mkdirSync(programs, { recursive: true })
      const file = join(programs, `program-${index}.ts`)
      writeFileSync(file, code)
      const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
      const before = process.cwd()
      process.chdir(tempFolder())
      try {
        await import(pathToFileURL(file).href)
        expect(log.mock.calls[0]?.[0]).toBe('succeeded')
      } finally {
        process.chdir(before)
        log.mockRestore()
        rmSync(programs, { recursive: true })
      }
    }
  })

  it('leads to files that are there', () => {
    const links = [...text.matchAll(/\]\(([^)#:]+)\)/g)].map(([, link]) => link ?? '')
    expect(links.filter(link => !existsSync(join(DOCS, link)))).toEqual([])
  })
})

it('docs/plans.md tells of every kind of step', () => {
  const page = pages.find(({ name }) => name === 'plans.md')?.text ?? ''
  expect([...stepKinds.keys()].filter(word => !page.includes(`\`${word}`))).toEqual([])
})
