/**
 * A part of the time of one micro-step. Every part is a line in the number of tokens that a tensor-parallel group works on, so a
 * search sums slopes and constants once and explains nothing it does not print.
 */
export interface TimeTerm {
  readonly name: string
  readonly secondsPerToken: number
  /** Seconds whatever the number of tokens. */
  readonly seconds: number
  /** The arithmetic with its numbers. */
  readonly formula: (tokens: number) => string
}

export function termSeconds(term: TimeTerm, tokens: number): number {
  return term.secondsPerToken * tokens + term.seconds
}
