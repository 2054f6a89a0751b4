/** The completion script for zsh. */

import type { CommandNode, FlagNode, Value } from './completion-tree.js'

/** To be put where $fpath looks, as _pi-worker, or to be sourced after compinit. */
export function zshScript(nodes: readonly CommandNode[]): string {
  const paths = nodes.filter(({ path }) => path !== '').map(({ path }) => quoted(path))
  return `#compdef pi-worker
# Completion of pi-worker for zsh, made by: pi-worker completion zsh
_pi_worker_names() {
  local -a names
  names=(\${(f)"$($pi_worker completion --names $1 --words="\${(F)\${(@Q)words}}" 2>/dev/null)"})
  if [[ $1 == params ]]; then compadd -S '' -a names; else compadd -a names; fi
}
# With a single ending in them, the brackets would be qualifiers.
_pi_worker_files() { if (( $# )); then _files -g "*(\${(j:|:)@}|$1)"; else _files; fi }
_pi-worker() {
  local path_='' word next
  local -a pi_worker=($words[1])
  # Of a package of the project; nothing is ever installed for it.
  if [[ $words[1] == npx ]]; then
    if (( CURRENT < 3 )) || [[ $words[2] != pi-worker ]]; then _default; return; fi
    pi_worker=(npx --no -- pi-worker)
    shift words
    (( CURRENT-- ))
  fi
  local prev=$words[CURRENT-1]
  local -a flags commands
  for word in "\${(@)words[2,CURRENT-1]}"; do
    next="\${path_:+$path_ }$word"
    case $next in
      ${paths.join('|')}) path_=$next ;;
    esac
  done
  case "$path_:$prev" in
${nodes.flatMap(({ path, flags }) => flags.flatMap(flag => valueLine(path, flag))).join('\n')}
  esac
  case $path_ in
${nodes.map(nodeLines).join('\n')}
  esac
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _pi-worker "$@"; else compdef _pi-worker pi-worker; fi
(( $+_comps[npx] )) || compdef _pi-worker npx
`
}

function valueLine(path: string, { names, value }: FlagNode): string[] {
  if (value === undefined) return []
  return [`    ${names.map(name => quoted(`${path}:${name}`)).join('|')}) ${complete(value)}; return ;;`]
}

function nodeLines({ path, flags, commands, argument }: CommandNode): string {
  const described = flags.flatMap(({ names, about }) => names.map(name => item(name, about)))
  const lines = [
    `    ${quoted(path)})`,
    `      if [[ $PREFIX == -* ]]; then flags=(${described.join(' ')}); _describe -o flag flags; return; fi`,
  ]
  if (commands.length > 0) {
    lines.push(
      `      commands=(${commands.map(({ name, about }) => item(name, about)).join(' ')}); _describe command commands`,
    )
  }
  if (argument !== undefined) lines.push(`      ${complete(argument)}`)
  return [...lines, '      ;;'].join('\n')
}

function complete(value: Value): string {
  switch (value.kind) {
    case 'words':
      return `compadd -- ${value.words.map(quoted).join(' ')}`
    case 'files':
      return ['_pi_worker_files', ...value.endings.map(quoted)].join(' ')
    case 'folders':
      return '_files -/'
    case 'names':
      return `_pi_worker_names ${value.of}`
    case 'text':
      return ':'
  }
}

/** `name:what it does`, in which a colon of a name would be the end of it. */
function item(name: string, about: string): string {
  return quoted(`${name.replaceAll(':', '\\:')}:${about}`)
}

function quoted(text: string): string {
  return /^[\w.-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
