import type { Model } from '../../catalog/model.ts'
import type { ServeWish } from '../../init/serve.ts'
import { inputError } from '../../scenario/diagnostic.ts'
import { count } from '../../units.ts'
import type { Flags } from '../flags.ts'
import type { NamedModel } from './model.ts'
import { readMilliseconds, readRate } from './read.ts'

/** What `plan init` assumes of serving where no flag says it; docs/first-plan.md lists them. */
export const serveGuesses = {
  model: 'llama-3.1-8b',
  /** Tokens. */
  context: 8192,
  inputTokens: 1000,
  outputTokens: 250,
  ttftMs: 2000,
  tpotMs: 50,
} as const

/** Share of a short model's positions that the input takes where the usual request is longer than all of them. */
const INPUT_SHARE = 0.75

/** @throws InputError for flags that cannot be read or contradict each other. */
export function serveWish(flags: Flags, { name, entry: model }: NamedModel): ServeWish {
  const { inputTokens, outputTokens } = lengths(flags, model)
  const together = inputTokens + outputTokens
  const longest = model.architecture?.max_positions ?? Number.POSITIVE_INFINITY
  const context = flags.whole('context') ?? Math.max(together, Math.min(serveGuesses.context, longest))
  if (context < together) {
    throw inputError(
      `--context of ${count(context)} tokens is shorter than the mean request of ${count(together)} (--input-tokens + --output-tokens)`,
    )
  }
  const ttftMs = readMilliseconds(flags, 'ttft')
  const tpotMs = readMilliseconds(flags, 'tpot')
  return {
    model: name,
    context,
    rate: readRate(flags),
    inputTokens,
    outputTokens,
    ttftMs: ttftMs === undefined ? serveGuesses.ttftMs : ttftMs,
    tpotMs: tpotMs === undefined ? serveGuesses.tpotMs : tpotMs,
  }
}

/** Tokens of the mean request: as given, else as usual, else what a short model has room for. */
function lengths(flags: Flags, model: Model): { inputTokens: number; outputTokens: number } {
  const input = flags.whole('input-tokens')
  const output = flags.whole('output-tokens')
  const room = Math.min(
    flags.whole('context') ?? Number.POSITIVE_INFINITY,
    model.architecture?.max_positions ?? Number.POSITIVE_INFINITY,
  )
  const { inputTokens, outputTokens } = serveGuesses
  if (input !== undefined && output !== undefined) return { inputTokens: input, outputTokens: output }
  if (input !== undefined)
    return { inputTokens: input, outputTokens: Math.max(1, Math.min(outputTokens, room - input)) }
  if (output !== undefined)
    return { inputTokens: Math.max(1, Math.min(inputTokens, room - output)), outputTokens: output }
  if (inputTokens + outputTokens <= room) return { inputTokens, outputTokens }
  const short = Math.max(1, Math.floor(room * INPUT_SHARE))
  return { inputTokens: short, outputTokens: Math.max(1, room - short) }
}
