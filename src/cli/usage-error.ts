/** What a command line is refused with that commander does not understand, with the help that tells more. */

import type { Command, CommanderError } from 'commander'
import { PiWorkerError } from '../errors.js'
import { nearest } from '../nearest.js'
import { oneLine } from './format.js'

/** A wrong use of this command, and of those below it, points to its own help. */
export function pointToHelp(command: Command): void {
  const words = wordsOf(command)
  command.exitOverride(error => {
    // Help that was asked for is no error.
    if (error.exitCode === 0) throw error
    const [word = '-'] = command.args
    // A word after `runs` is a command that there is not: commander would only count it, or find its options unknown.
    const isMistyped = command.parent !== null && command.commands.length > 0 && !word.startsWith('-')
    throw isMistyped ? unknownCommand(word, command, words) : usageError(error, words)
  })
  for (const each of command.commands) pointToHelp(each)
}

/** `error: unknown option '--saef'\n(Did you mean --safe?)` as one of our errors. @param words What the command is called by. */
export function usageError(error: CommanderError, words: string): PiWorkerError {
  if (error.code === 'commander.help') {
    return new PiWorkerError('ERR_USAGE', 'no command was given', { remedy: `Name one: see ${words} --help.` })
  }
  const [message = '', hint] = error.message.replace(/^error: /, '').split('\n')
  const guess = hint?.replace(/^\(|\)$/g, '')
  const remedy = `${guess === undefined ? '' : `${guess} `}See ${words} --help.`
  return new PiWorkerError('ERR_USAGE', message, { remedy, cause: error })
}

function unknownCommand(word: string, command: Command, words: string): PiWorkerError {
  const names = command.commands.map(each => each.name())
  const meant = nearest(word, names)
  const guess = meant === undefined ? `It has ${names.join(', ')}.` : `Did you mean ${command.name()} ${meant}?`
  return new PiWorkerError('ERR_USAGE', `${command.name()} has no command '${oneLine(word, 40)}'`, {
    remedy: `${guess} See ${words} --help.`,
  })
}

/** `pi-worker runs show` */
function wordsOf(command: Command): string {
  return command.parent === null ? command.name() : `${wordsOf(command.parent)} ${command.name()}`
}
