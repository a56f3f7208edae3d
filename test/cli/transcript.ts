import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { ROOT } from './binary.ts'

/** A command of a page with what the page says it prints. */
export interface Step {
  readonly command: string
  readonly printed: string
}

const BLOCK = /^```console\n([\s\S]*?)^```$/gm

/** The commands of all console blocks of a page, in order. A line that begins with `$ ` is one; what follows it is its output. */
export function stepsOf(page: string): Step[] {
  return [...page.matchAll(BLOCK)].flatMap(([, block = '']) =>
    block
      .split(/^(?=\$ )/m)
      .filter((part) => part.startsWith('$ '))
      .map((part) => {
        const end = part.indexOf('\n')
        return { command: part.slice(2, end), printed: part.slice(end + 1) }
      }),
  )
}

/** The page with these outputs in place of its own. */
export function withOutputs(page: string, steps: readonly Step[]): string {
  let next = 0
  return page.replace(BLOCK, (_all, block: string) => {
    const count = block.split(/^(?=\$ )/m).filter((part) => part.startsWith('$ ')).length
    const own = steps.slice(next, next + count)
    next += count
    return `\`\`\`console\n${own.map(({ command, printed }) => `$ ${command}\n${printed}`).join('')}\`\`\``
  })
}

/** `npx plan` is the built program; prices are judged from the given day by the commands that judge them. */
const SHELL = `
set -o pipefail
npx() { shift; case "$1" in schema|completion|help) "$NODE" "$MAIN" "$@";; *) "$NODE" "$MAIN" "$@" $AS_OF;; esac; }
`

/** Runs a command as a user would in `folder`; both streams together, elapsed times left out. */
export function perform(command: string, folder: string, asOf: readonly string[]): string {
  const { NO_COLOR: _, FORCE_COLOR: __, ...env } = process.env
  const main = join(ROOT, 'dist', 'bundle', 'cli', 'main.js')
  const { stdout } = spawnSync('bash', ['-c', `${SHELL}{ ${command}\n} 2>&1`], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...env, NODE: process.execPath, MAIN: main, AS_OF: asOf.join(' ') },
  })
  return stdout.replace(/^.*: planned in .* m?s\n/gm, '')
}
