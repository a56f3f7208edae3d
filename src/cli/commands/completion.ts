import { inputError } from '../../scenario/diagnostic.ts'
import type { Command } from '../command.ts'
import { COMPLETE } from '../complete.ts'
import { EXIT } from '../exit-codes.ts'

/**
 * Each asks the program that was typed; where it has no answer the shell completes file names. No blank follows a folder, whose
 * files are to follow. The one for bash keeps to what bash 3.2 of macOS has, where `compopt` is missing.
 */
const SCRIPTS: Readonly<Record<string, string>> = {
  bash: `_plan() {
  local word
  COMPREPLY=()
  while IFS= read -r word; do
    COMPREPLY+=("$(printf %q "$word")")
  done < <("\${1:-plan}" ${COMPLETE} "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  if [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == */ ]]; then compopt -o nospace 2>/dev/null; fi
  return 0
}
complete -o default -F _plan plan
`,
  zsh: `#compdef plan
_plan() {
  local -a found
  found=("\${(@f)$($words[1] ${COMPLETE} "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  found=(\${found:#})
  if (( ! \${#found} )); then _files; return; fi
  compadd -S '' -- \${(M)found:#*/}
  compadd -- \${found:#*/}
}
compdef _plan plan
`,
  fish: `function __plan_complete
  set -l before (commandline -opc)
  set -l current (commandline -ct)
  set -l found ($before[1] ${COMPLETE} $before[2..] "$current" 2>/dev/null)
  if test (count $found) -gt 0
    printf '%s\\n' $found
  else
    __fish_complete_path "$current"
  end
end
complete -c plan -f -a '(__plan_complete)'
`,
}

export const completion: Command = {
  name: 'completion',
  describe: 'Completion script for bash, zsh or fish',
  help: `Examples:
  source <(plan completion bash)           in ~/.bashrc
  source <(plan completion zsh)            in ~/.zshrc, after compinit
  plan completion fish > ~/.config/fish/completions/plan.fish

Usage:
  plan completion [bash|zsh|fish]          bash where none is named`,
  exits: { 0: 'printed' },
  words: 1,
  completes: [Object.keys(SCRIPTS)],
  flags: {},
  handle: async ({ terminal, words }) => {
    const shell = words[0] ?? 'bash'
    const script = Object.hasOwn(SCRIPTS, shell) ? SCRIPTS[shell] : undefined
    if (script === undefined) {
      throw inputError(`completion takes ${Object.keys(SCRIPTS).join(', ')}, got ${JSON.stringify(shell)}`)
    }
    terminal.result(script)
    return EXIT.ok
  },
}
