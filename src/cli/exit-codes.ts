/** Process exit codes. */
export const EXIT = {
  /** A plan was found. */
  ok: 0,
  /** A defect of this program. */
  internal: 1,
  /** Usage, scenario, unknown id, unreadable file. */
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

export const EXIT_HELP = `Exit codes:
  0  a plan was found
  1  internal error
  2  bad input: usage, scenario, unknown id, unreadable file
  3  no feasible plan
  4  feasible, but over --max-cost`
