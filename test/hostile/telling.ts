import { expect } from 'vitest'
import type { Printed } from '../cli/in-process.ts'
import { HOSTILE, unprintableIn } from './names.ts'

/** Names that a file can have: no zero byte, no slash, no half of a surrogate pair, at most 255 bytes. */
export const FILES = HOSTILE.filter(([, name]) => !/[\0/]|\p{Cs}/u.test(name) && Buffer.byteLength(name) < 200)
/** Names that do all the harm at once, for commands that take long to try with each. */
export const TELLING: readonly (readonly [attack: string, name: string])[] = [
  [
    'what a spreadsheet and a terminal would run',
    '@SUM(1+1)*cmd|x \u001b[2J\u001b]0;pwned\u0007 \u009b2J\u0085\u2028\u202egnp',
  ],
  ['what a shell and YAML would run', `$(touch pwned)'"; touch pwned\n#SBATCH --nodes=99\r&a *b: c #d`],
  ['what Markdown and HTML would run', '| <img src=x onerror=pwned=1> [x](javascript:1) `a` **b** -->'],
]

/** Neither what is printed nor what is said beside it may steer a terminal. */
export function steersNothing({ stdout, stderr }: Printed, where: string): void {
  expect([where, unprintableIn(stdout, /\r\n|[\n\t]/g), unprintableIn(stderr, /[\n\t]/g)]).toEqual([where, null, null])
}
