/** The completion script for fish. */

import type { CommandNode, Value } from './completion-tree.js'

export function fishScript(nodes: readonly CommandNode[]): string {
  const paths = nodes.filter(({ path }) => path !== '').map(({ path }) => quoted(path))
  return `# Completion of pi-worker for fish, made by: pi-worker completion fish
function __pi_worker_at
  set -l path ''
  for word in (commandline -opc)[2..]
    set -l next (string trim -- "$path $word")
    contains -- $next ${paths.join(' ')}; and set path $next
  end
  test "$path" = "$argv[1]"
end
function __pi_worker_names
  command pi-worker completion --names $argv[1] 2>/dev/null
end
complete -c pi-worker -f
${nodes.flatMap(nodeLines).join('\n')}
`
}

function nodeLines({ path, flags, commands, argument }: CommandNode): string[] {
  const start = `complete -c pi-worker -n ${quoted(`__pi_worker_at ${quoted(path)}`)}`
  const given = argument === undefined ? '' : complete(argument)
  return [
    ...commands.map(({ name, about }) => `${start} -a ${quoted(name)} -d ${quoted(about)}`),
    ...(given === '' ? [] : [`${start} ${given}`]),
    ...flags.map(({ names, about, value }) => {
      const spelt = names.map(name => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`)).join(' ')
      const taken = value === undefined ? '' : ` -r ${complete(value)}`.trimEnd()
      return `${start} ${spelt}${taken} -d ${quoted(about)}`
    }),
  ]
}

function complete(value: Value): string {
  switch (value.kind) {
    case 'words':
      return `-a ${quoted(value.words.join(' '))}`
    case 'files':
      if (value.endings.length === 0) return '-F'
      return `-a ${quoted(value.endings.map(ending => `(__fish_complete_suffix ${ending})`).join(' '))}`
    case 'folders':
      return `-a '(__fish_complete_directories)'`
    case 'names':
      return `-a '(__pi_worker_names ${value.of})'`
    case 'text':
      return ''
  }
}

function quoted(text: string): string {
  return /^[\w.-]+$/.test(text) ? text : `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
