import { inputError } from '../../scenario/diagnostic.ts'
import type { Command } from '../command.ts'
import { COMPLETE } from '../complete.ts'
import { EXIT } from '../exit-codes.ts'

/** Each asks the program itself; where it has no answer the shell completes file names. */
const SCRIPTS: Readonly<Record<string, string>> = {
  bash: `_plan() {
  local IFS=$'\\n'
  COMPREPLY=($(plan ${COMPLETE} "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _plan plan
`,
  zsh: `#compdef plan
_plan() {
  local -a found
  found=(\${(f)"$(plan ${COMPLETE} "\${(@)words[2,CURRENT]}" 2>/dev/null)"})
  if (( \${#found} )); then compadd -- $found; else _files; fi
}
compdef _plan plan
`,
  fish: `complete -c plan -a '(plan ${COMPLETE} (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
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
