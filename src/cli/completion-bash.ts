/** The completion script for bash. */

import type { CommandNode, Value } from './completion-tree.js'

/** A program called `pi-worker`, whatever its path, asks itself for the names that only it knows. */
export function bashScript(nodes: readonly CommandNode[]): string {
  const paths = nodes.filter(({ path }) => path !== '').map(({ path }) => quoted(path))
  const values = nodes.flatMap(({ path, flags }) =>
    flags.flatMap(({ names, value }) => {
      if (value === undefined) return []
      return [`    ${names.map(name => quoted(`${path}:${name}`)).join('|')}) ${complete(value)}; return ;;`]
    }),
  )
  return `# Completion of pi-worker for bash, made by: pi-worker completion bash
_pi_worker_words() { COMPREPLY+=($(compgen -W "$1" -- "$cur")); }
_pi_worker_names() {
  local all; all=$(printf '%s\\n' "\${COMP_WORDS[@]:1}")
  if [ "$1" = params ]; then compopt -o nospace 2>/dev/null; fi
  _pi_worker_words "$("\${pi_worker[@]}" completion --names "$1" --words="$all" 2>/dev/null)"
}
_pi_worker_folders() { compopt -o filenames 2>/dev/null; COMPREPLY+=($(compgen -d -- "$cur")); }
_pi_worker_files() {
  local ending
  _pi_worker_folders
  if [ $# -eq 0 ]; then COMPREPLY=($(compgen -f -- "$cur")); fi
  for ending in "$@"; do COMPREPLY+=($(compgen -f -X "!*$ending" -- "$cur")); done
}
_pi_worker() {
  local IFS=$'\\n' cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" path='' word next i
  local -a pi_worker=("\${COMP_WORDS[0]}")
  COMPREPLY=()
  # Of a package of the project; nothing is ever installed for it.
  if [ "$1" = npx ]; then
    if [ "$COMP_CWORD" -lt 2 ] || [ "\${COMP_WORDS[1]}" != pi-worker ]; then return; fi
    pi_worker=(npx --no -- pi-worker)
    COMP_WORDS=("\${COMP_WORDS[@]:1}")
    COMP_CWORD=$((COMP_CWORD - 1))
  fi
  # What a parameter is to be nobody knows.
  for i in 0 1; do
    if [ $((COMP_CWORD - i)) -ge 2 ] && [ "\${COMP_WORDS[COMP_CWORD-i]}" = '=' ]; then
      case "\${COMP_WORDS[COMP_CWORD-i-1]}" in -*) ;; *) return ;; esac
    fi
  done
  # --driver=mock comes as three words.
  if [ "$prev" = '=' ]; then prev="\${COMP_WORDS[COMP_CWORD-2]}"; elif [ "$cur" = '=' ]; then cur=''; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    next="\${path:+$path }$word"
    case "$next" in
      ${paths.join('|')}) path="$next" ;;
    esac
  done
  case "$path:$prev" in
${values.join('\n')}
  esac
  case "$cur" in
    -*)
      case "$path" in
${nodes.map(node => `        ${quoted(node.path)}) ${words(flagsOf(node))} ;;`).join('\n')}
      esac
      return ;;
  esac
  case "$path" in
${nodes.map(node => `    ${quoted(node.path)}) ${argumentsOf(node)} ;;`).join('\n')}
  esac
}
complete -F _pi_worker pi-worker
complete -p npx >/dev/null 2>&1 || complete -o bashdefault -o default -F _pi_worker npx
`
}

function argumentsOf({ commands, argument }: CommandNode): string {
  const parts: string[] = []
  if (commands.length > 0) parts.push(words(commands.map(({ name }) => name)))
  if (argument !== undefined) parts.push(complete(argument))
  return parts.join('; ') || ':'
}

function complete(value: Value): string {
  switch (value.kind) {
    case 'words':
      return words(value.words)
    case 'files':
      return ['_pi_worker_files', ...value.endings.map(quoted)].join(' ')
    case 'folders':
      return '_pi_worker_folders'
    case 'names':
      return `_pi_worker_names ${value.of}`
    case 'text':
      return ':'
  }
}

function words(all: readonly string[]): string {
  return `_pi_worker_words ${quoted(all.join('\n'))}`
}

function flagsOf({ flags }: CommandNode): string[] {
  return flags.flatMap(({ names }) => names)
}

function quoted(text: string): string {
  return /^[\w:.-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
