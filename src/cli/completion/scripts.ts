/**
 * What a shell loads so that TAB knows the commands. Each script hands the words of the line to the program, as data on
 * its standard input: nothing that stands on the line is ever evaluated. The program answers with one suggestion a line
 * (value, tab, what it is) or with `:files` or `:folders`, which the shell knows best.
 */
import type { Shell } from './shells.ts'

/** Of bash 3.2 (macOS) on. An empty answer leaves files to the shell itself: it quotes them as they need. */
const BASH = `# neonpro-backup: completion for bash
_neonpro_backup() {
  local line value
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in :*) return ;; esac
    value=\${line%%$'\\t'*}
    printf -v value '%q' "$value"
    COMPREPLY+=("$value")
  done < <(printf '%s\\0' "\${COMP_WORDS[@]:1:COMP_CWORD}" | command neonpro-backup completion bash --suggest 2>/dev/null)
}
complete -o bashdefault -o default -F _neonpro_backup neonpro-backup
`

const ZSH = `#compdef neonpro-backup
# neonpro-backup: completion for zsh
_neonpro-backup() {
  local -a lines told
  local line
  lines=("\${(@f)$(printf '%s\\0' "\${(@Q)words[2,CURRENT]}" | command neonpro-backup completion zsh --suggest 2>/dev/null)}")
  case $lines[1] in
    :files) [[ $words[CURRENT] = --*=* ]] && compset -P '*='; _files; return ;;
    :folders) [[ $words[CURRENT] = --*=* ]] && compset -P '*='; _files -/; return ;;
  esac
  for line in $lines; do
    told+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  (( $#told )) && _describe 'neonpro-backup' told
}
if [[ $funcstack[1] = _neonpro-backup ]]; then
  _neonpro-backup "$@"
else
  compdef _neonpro-backup neonpro-backup
fi
`

const FISH = `# neonpro-backup: completion for fish
function __neonpro_backup_words
    set -l words (commandline -opc)
    set -e words[1]
    set -l current (commandline -ct)
    set -l lines (printf '%s\\0' $words "$current" | command neonpro-backup completion fish --suggest 2>/dev/null)
    switch "$lines[1]"
        case ':files'
            __fish_complete_path "$current"
        case ':folders'
            __fish_complete_directories "$current"
        case '*'
            string join \\n -- $lines
    end
end
complete -c neonpro-backup -f -a '(__neonpro_backup_words)'
`

export const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH }
