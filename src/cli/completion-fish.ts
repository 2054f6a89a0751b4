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
  set -l all (commandline -op | string collect)
  if command -q pi-worker
    command pi-worker completion --names $argv[1] --words="$all" 2>/dev/null
  else
    # Of a package of the project; nothing is ever installed for it.
    command npx --no -- pi-worker completion --names $argv[1] --words="$all" 2>/dev/null
  end
end
function __pi_worker_npx
  complete -C (commandline -cp | string replace -r '^\\s*npx\\s+' '')
end
complete -c npx -n 'test (count (commandline -opc)) -ge 2; and test (commandline -opc)[2] = pi-worker' -f -a '(__pi_worker_npx)'
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
      const taken = value === undefined ? '' : ` ${takes(value)} ${complete(value)}`.trimEnd()
      return `${start} ${spelt}${taken} -d ${quoted(about)}`
    }),
  ]
}

/** With -r alone, fish offers files beside what there is. */
function takes({ kind }: Value): string {
  return kind === 'files' || kind === 'folders' ? '-r' : '-x'
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
