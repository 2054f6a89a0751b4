/** An empty folder, the packed package in it, and what a user may type there. */

import { execFile, execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const repository = fileURLToPath(new URL('../..', import.meta.url))

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Packs the package once; gives the tarball. */
export function pack(into: string): string {
  const text = execFileSync('npm', ['pack', '--json', '--silent', '--pack-destination', into], {
    cwd: repository,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  // The build of prepack prints before it.
  const [{ filename }] = JSON.parse(text.slice(text.indexOf('['))) as [{ readonly filename: string }]
  return join(into, filename)
}

export class InstallFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'pi-worker-install-'))
  readonly #env: NodeJS.ProcessEnv

  /** @param withCompiler Whether make, a compiler and Python can be found there. */
  constructor({ withCompiler }: { readonly withCompiler: boolean }) {
    this.#env = { ...process.env, npm_config_audit: 'false', npm_config_fund: 'false', NO_COLOR: '1' }
    if (!withCompiler) this.#env.PATH = this.#bareBin()
    writeFileSync(join(this.path, 'package.json'), '{ "private": true, "type": "module" }\n')
  }

  install(tarball: string, ...flags: readonly string[]): Promise<Ran> {
    return this.#run('npm', ['install', ...flags, tarball])
  }

  /** Runs the installed command. */
  piWorker(...args: readonly string[]): Promise<Ran> {
    return this.#run(process.execPath, [this.script, ...args])
  }

  /** The same, with more in its environment. */
  piWorkerIn(env: NodeJS.ProcessEnv, ...args: readonly string[]): Promise<Ran> {
    return this.#run(process.execPath, [this.script, ...args], env)
  }

  /** Runs a program of one module. */
  program(text: string): Promise<Ran> {
    return this.#run(process.execPath, ['--input-type=module', '--eval', text])
  }

  /** The file behind the installed command. */
  get script(): string {
    return join(this.path, 'node_modules/pi-worker/dist/src/cli/main.js')
  }

  get example(): string {
    return join(this.path, 'node_modules/pi-worker/examples/blink.yaml')
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true })
  }

  #run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> {
    return new Promise(resolve => {
      const child = execFile(
        command,
        args,
        { cwd: this.path, env: { ...this.#env, ...env } },
        (_error, stdout, stderr) => {
          resolve({ code: child.exitCode ?? -1, stdout, stderr })
        },
      )
    })
  }

  /** Node, npm and a shell, and nothing that compiles. */
  #bareBin(): string {
    const bin = join(this.path, '.bin')
    mkdirSync(bin)
    for (const name of ['node', 'npm', 'sh', 'env']) symlinkSync(which(name), join(bin, name))
    return bin
  }
}

function which(name: string): string {
  if (name === 'node') return process.execPath
  const folders = [dirname(process.execPath), ...(process.env.PATH ?? '').split(delimiter)]
  return execFileSync('which', [name], { encoding: 'utf8', env: { PATH: folders.join(delimiter) } }).trim()
}
