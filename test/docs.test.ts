/** Everything that the pages under docs/ say to type or to copy works as it stands, in its order. */

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { stepKinds } from '../src/plan/step-kinds.js'
import { runMain, tempFolder } from './cli/setup.js'

const DOCS = join(import.meta.dirname, '..', 'docs')
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

  it('leads to files that are there', () => {
    const links = [...text.matchAll(/\]\(([^)#:]+)\)/g)].map(([, link]) => link ?? '')
    expect(links.filter(link => !existsSync(join(DOCS, link)))).toEqual([])
  })
})

it('docs/plans.md tells of every kind of step', () => {
  const page = pages.find(({ name }) => name === 'plans.md')?.text ?? ''
  expect([...stepKinds.keys()].filter(word => !page.includes(`\`${word}`))).toEqual([])
})
