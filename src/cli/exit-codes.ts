/** Process exit codes. */
export const EXIT = {
  /** A plan was found. */
  ok: 0,
  /** A defect of this program. */
  internal: 1,
  /** Usage, scenario, unknown id, unreadable or unwritable file. */
  input: 2,
  /** No feasible plan. */
  infeasible: 3,
  /** Feasible, but over `--max-cost`. */
  overCost: 4,
} as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

const WORST_FIRST: readonly ExitCode[] = [EXIT.internal, EXIT.input, EXIT.infeasible, EXIT.overCost]

/** The code of a run over several scenarios: bad input over no plan over too dear. */
export function worst(codes: readonly ExitCode[]): ExitCode {
  return WORST_FIRST.find((code) => codes.includes(code)) ?? EXIT.ok
}

/** What the codes mean where a command plans. */
const PLANNING: ExitMeanings = { 0: 'a plan was found', 3: 'no feasible plan', 4: 'feasible, but over --max-cost' }

/** What a command's codes mean, apart from those that mean the same in all of them. */
export type ExitMeanings = Readonly<{ 0: string; 3?: string; 4?: string }>

export function exitHelp(meanings: ExitMeanings = PLANNING): string {
  const all = {
    ...meanings,
    1: 'internal error',
    2: 'bad input: usage, scenario, unknown id, unreadable or unwritable file',
  }
  return ['Exit codes:', ...Object.entries(all).map(([code, meaning]) => `  ${code}  ${meaning}`)].join('\n')
}
