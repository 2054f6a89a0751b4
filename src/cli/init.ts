/** `pi-worker init [FILE]`: asks what is connected, and writes a commented plan file that can be run as it stands. */

import { existsSync, writeFileSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { codeOf, isPiWorkerError, PiWorkerError } from '../errors.js'
import { peripherals } from '../peripherals/index.js'
import { output } from '../peripherals/output.js'
import { checkPlan } from '../plan/check.js'
import { PlanSource } from '../plan/source.js'
import { signalExit } from '../stop-signals.js'
import { exit } from './exit.js'
import { oneLine } from './format.js'
import { planText, starterPlan } from './init-file.js'
import { interview } from './init-interview.js'
import { nextSteps } from './init-next.js'
import { TerminalInterviewee } from './init-prompts.js'
import type { CliIo, Output } from './io.js'

export interface InitFlags {
  readonly yes?: true
}

/** What is needed of a call of the command. */
interface InitSession {
  readonly io: CliIo & { readonly stdin?: (Readable & { readonly isTTY?: boolean | undefined }) | undefined }
  readonly out: Output
  readonly err: Output
}

/** @throws ERR_USAGE when there is nobody to ask; ERR_FILE when the file is there, or cannot be written */
export async function initCommand(session: InitSession, file: string, { yes }: InitFlags): Promise<number> {
  const { out, err } = session
  const there = existsSync(file)
  if (yes && there) throw taken(file)
  try {
    const text = planText(yes ? starterPlan(output) : await ask(session, file, there))
    // What does not check would be a fault of ours, and nothing to be written.
    checkPlan(new PlanSource(text, file))
    write(file, text, there)
  } catch (error) {
    if (!isPiWorkerError(error, 'ERR_CANCELLED')) throw error
    err.write('nothing was written\n')
    return signalExit.SIGINT
  }
  out.write(`written: ${oneLine(file)}\nlook at it, then:\n${nextSteps(file, session.io.env)}`)
  return exit.succeeded
}

async function ask({ io }: InitSession, file: string, there: boolean) {
  const { stdin, stderr } = io
  if (stdin?.isTTY !== true || stderr.isTTY !== true) {
    throw new PiWorkerError('ERR_USAGE', 'there is nobody to ask what is connected', {
      remedy: 'Run it at a terminal, or add --yes for a file to begin with.',
    })
  }
  const who = new TerminalInterviewee({ input: stdin, output: stderr })
  if (there && !(await who.confirm(`${oneLine(file)} is there already. Write over it?`))) {
    throw new PiWorkerError('ERR_CANCELLED', 'the file stays as it is')
  }
  return await interview(who, peripherals)
}

/** @throws ERR_FILE; never writes over what came meanwhile */
function write(file: string, text: string, over: boolean): void {
  try {
    writeFileSync(file, text, { flag: over ? 'w' : 'wx' })
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST') throw taken(file)
    throw new PiWorkerError('ERR_FILE', `${file} cannot be written: ${codeOf(cause)}`, {
      place: file,
      remedy: 'Name a file in a folder that is there and that this user may write to.',
      cause,
    })
  }
}

function taken(file: string): PiWorkerError {
  return new PiWorkerError('ERR_FILE', `${file} is there already`, {
    place: file,
    remedy: 'Name another file, or run pi-worker init without --yes, which asks.',
  })
}
