/**
 * Builds what the pigpio tier runs on, once, into a cache folder keyed by everything that goes into it: the stand-in for
 * the C library, as a private prefix, and the npm package `pigpio` with its own addon, compiled against that.
 * By itself: `tsx test/pigpio/build.ts`.
 */

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { codeOf, PiWorkerError } from '../../src/errors.js'

export const repository = resolve(import.meta.dirname, '../..')

const SOURCES = join(repository, 'mocks/libpigpio')
const PACKAGE = 'pigpio@3.3.1'
const TOOLS = ['gcc', 'g++', 'make', 'python3', 'npm']
const C_FLAGS = ['-std=gnu11', '-O2', '-Wall', '-Wextra', '-Werror', '-shared', '-fPIC']
const SONAME = 'libpigpio.so.1'

export interface Built {
  /** The stand-in, which the addon loads too. */
  readonly library: string
  /** The main file of the npm package. */
  readonly main: string
}

/** @throws ERR_DRIVER_MISSING: a compiler, npm or the package is not to be had; ERR_IO: compiling failed */
export function buildTier(log: (line: string) => void): Built {
  const folder = join(cacheFolder(), `pigpio-${keyOf()}`)
  if (!existsSync(folder)) build(folder, log)
  return builtIn(folder)
}

export function builtIn(folder: string): Built {
  return {
    library: join(folder, 'lib', SONAME),
    main: join(folder, 'npm/node_modules/pigpio/pigpio.js'),
  }
}

function build(folder: string, log: (line: string) => void): void {
  for (const tool of TOOLS) {
    if (spawnSync(tool, ['--version']).status !== 0) throw missing(`${tool} is not installed`)
  }
  const draft = `${folder}.${process.pid}`
  rmSync(draft, { recursive: true, force: true })
  for (const part of ['bin', 'include', 'lib', 'npm']) mkdirSync(join(draft, part), { recursive: true })
  try {
    log(`compiling the stand-in for libpigpio into ${folder}`)
    writeFileSync(join(draft, 'include/pigpio.h'), readFileSync(join(SOURCES, 'pigpio.h')))
    const sources = sourceFiles().filter(name => name.endsWith('.c'))
    const library = join(draft, 'lib', SONAME)
    const link = [`-Wl,-soname,${SONAME}`, '-o', library, ...sources, '-lpthread', '-lm']
    run('gcc', [...C_FLAGS, ...link], { cwd: SOURCES, env: process.env })
    writeFileSync(join(draft, 'lib/libpigpio.so'), `INPUT(${library})\n`)
    // The package asks only whether there is one, to decide whether to compile its addon.
    writeFileSync(join(draft, 'bin/pigpiod'), '#!/bin/sh\nexit 1\n')
    chmodSync(join(draft, 'bin/pigpiod'), 0o755)
    log(`installing ${PACKAGE} and compiling its addon`)
    installPackage(draft, folder)
    renameSync(draft, folder)
  } catch (error) {
    // Somebody else was faster.
    if (!['ENOTEMPTY', 'EEXIST'].includes(codeOf(error) ?? '')) throw error
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}

/** The addon finds the stand-in where it will be, not where it is while this runs. */
function installPackage(draft: string, folder: string): void {
  const prefix = join(draft, 'npm')
  const facts = { name: 'tier', private: true, allowScripts: { pigpio: true } }
  writeFileSync(join(prefix, 'package.json'), JSON.stringify(facts))
  const env = {
    ...process.env,
    PATH: `${join(draft, 'bin')}:${process.env.PATH}`,
    CXXFLAGS: `-I${join(draft, 'include')}`,
    LDFLAGS: `-L${join(draft, 'lib')} -Wl,-rpath,${join(folder, 'lib')}`,
    npm_config_ignore_scripts: 'false',
    ...nodeHeaders(),
  }
  const options = ['--no-audit', '--no-fund', '--no-save', '--prefer-offline', '--foreground-scripts']
  const output = run('npm', ['install', ...options, PACKAGE], { cwd: prefix, env })
  if (existsSync(join(prefix, 'node_modules/pigpio/build/Release/pigpio.node'))) return
  throw new PiWorkerError('ERR_IO', `${PACKAGE} was installed without its addon:\n${output}`)
}

/** The headers of this very Node, where they lie beside it: otherwise node-gyp has to download them. */
function nodeHeaders(): Record<string, string> {
  const prefix = resolve(process.execPath, '../..')
  return existsSync(join(prefix, 'include/node/node_api.h')) ? { npm_config_nodedir: prefix } : {}
}

function run(command: string, args: readonly string[], options: { cwd: string; env: NodeJS.ProcessEnv }): string {
  const result = spawnSync(command, args, { ...options, encoding: 'utf8', maxBuffer: 2 ** 26 })
  const output = `${result.stdout}${result.stderr}`
  if (result.status === 0) return output
  if (/ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ECONNRESET|ENOTCACHED|E404/.test(output))
    throw missing(`${PACKAGE} cannot be installed`, output)
  throw new PiWorkerError('ERR_IO', `${command} failed (${result.status ?? result.signal}):\n${output}`, {
    cause: result.error,
  })
}

function missing(what: string, output = ''): PiWorkerError {
  return new PiWorkerError('ERR_DRIVER_MISSING', `${what}${output === '' ? '' : `:\n${output}`}`, {
    remedy: 'Install it: sudo apt install -y build-essential python3 npm; and let npm reach its registry.',
  })
}

function cacheFolder(): string {
  const folder = process.env.PI_WORKER_PIGPIO_CACHE ?? join(homedir(), '.cache/pi-worker')
  mkdirSync(folder, { recursive: true })
  return resolve(folder)
}

function sourceFiles(): string[] {
  return readdirSync(SOURCES)
    .filter(name => /\.[ch]$/.test(name))
    .sort()
}

function keyOf(): string {
  const hash = createHash('sha256')
  hash.update(
    JSON.stringify([PACKAGE, C_FLAGS, process.version, process.arch, readFileSync(import.meta.filename, 'utf8')]),
  )
  for (const name of sourceFiles()) hash.update(name).update(readFileSync(join(SOURCES, name)))
  return hash.digest('hex').slice(0, 16)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.stdout.write(`${JSON.stringify(buildTier(line => process.stdout.write(`${line}\n`)))}\n`)
}
