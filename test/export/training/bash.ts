import { spawnSync } from 'node:child_process'

/** What bash finds wrong in a script that it only reads; empty where nothing. */
export function bashProblem(text: string): string {
  const { status, stderr } = spawnSync('bash', ['-n'], { input: text, encoding: 'utf8' })
  return status === 0 ? '' : stderr
}

/** What a script prints, with the named programs replaced by one that prints its arguments, one a line. */
export function argumentsOf(
  text: string,
  programs: readonly string[],
  environment: Record<string, string> = {},
): string[] {
  const stubs = programs.map((name) => `${name}() { printf '%s\\n' "$@"; }\nexport -f ${name}\n`).join('')
  const { stdout } = spawnSync('bash', ['-c', `${stubs}${text}`], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH ?? '', ...environment },
  })
  return stdout.split('\n').filter((line) => line !== '')
}
