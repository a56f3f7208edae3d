/** Share of a sequence taken for input where only its length is known: 7 of 8 tokens, as 7168 + 1024 of 8192. */
const INPUT_SHARE = 7 / 8

/** Input and output tokens of a request of `context` tokens, as far as they are not given. */
export function lengthsOf(
  context: number,
  given: { inputTokens?: number | undefined; outputTokens?: number | undefined },
): { inputTokens: number; outputTokens: number } {
  const outputTokens =
    given.outputTokens ?? Math.max(1, context - (given.inputTokens ?? Math.floor(context * INPUT_SHARE)))
  const inputTokens = given.inputTokens ?? Math.max(1, context - outputTokens)
  return { inputTokens, outputTokens }
}
