/** What to do with a new plan file, as it can be typed here. */

import { oneLine } from './format.js'
import type { CliIo } from './io.js'

/** The command as whoever ran it can run it again: through npx where it is a package of the project, and on no PATH. */
export function commandOf(env: CliIo['env']): string {
  // npx and npm scripts say so themselves; of what a shell runs by its path, the shell says that, in `_`.
  const viaNpm = env.npm_command !== undefined || env.npm_execpath !== undefined
  return viaNpm || /(^|[/\\])node_modules[/\\]/.test(env._ ?? '') ? 'npx pi-worker' : 'pi-worker'
}

/** Commands with what each is for, from the one that can do least. */
export function nextSteps(file: string, env: CliIo['env']): string {
  const name = shellWord(file)
  const steps = [
    [`check ${name}`, 'what is wrong with it, and how long it takes'],
    [`rehearse ${name}`, 'all of it on simulated hardware, at once'],
    [`run ${name} --driver mock`, 'the same in real time'],
    [`run ${name}`, "on this machine's lines"],
  ].map(([words, about]) => [`${commandOf(env)} ${words}`, about] as const)
  const width = Math.max(...steps.map(([command]) => command.length))
  return steps.map(([command, about]) => `  ${command.padEnd(width)}  ${about}\n`).join('')
}

/** As a shell takes it. */
function shellWord(text: string): string {
  return /^[\w./~-]+$/.test(text) ? text : `'${oneLine(text).replaceAll("'", "'\\''")}'`
}
