import { emptySpeed, type ServingPerformance } from './serving.ts'

/** One line of a derivation: a quantity with the arithmetic that gave it. */
export interface DerivationLine {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly formula: string
}

const number = (value: number, digits = 4): string => String(Number(value.toPrecision(digits)))
const ms = (seconds: number): string => `${number(seconds * 1000)} ms`

/** The steady state at a number of requests in flight, step by step, with the numbers put in. */
export function explainSpeed(performance: ServingPerformance, concurrency: number): DerivationLine[] {
  const { load, system } = performance
  const speed = performance.at(concurrency, emptySpeed())
  const pp = system.pipelineParallel
  const onStage = Math.max(1, concurrency / pp)
  const input = Math.max(1, load.inputTokens * (1 - load.prefixCached))
  const share = Math.min(1, ((onStage - 1) / load.outputTokens) * Math.max(1, input / load.chunkTokens))
  const prompt = share > 0 ? ((onStage - 1) * input) / load.outputTokens / share : 0
  const decode = performance.stepTerms(onStage, 0)
  const mixed = performance.stepTerms(onStage, prompt)
  const perSequence = system.host.step_seconds_per_sequence.value

  const lines: DerivationLine[] = []
  const add = (name: string, value: number, unit: string, formula: string): void => {
    lines.push({ name, value: Number(value.toPrecision(10)), unit, formula })
  }
  const step = (terms: typeof decode): string =>
    (
      [
        ['weights', terms.linear],
        ['head', terms.head],
        ['experts', terms.experts],
        ['KV cache', terms.kv],
        ['prompt attention', terms.promptAttention],
        ['slowest rank', terms.wait],
        ['all-reduce', terms.reduce],
        ['expert exchange', terms.exchange],
        ['hand-over', terms.handover],
        ['host', terms.fixed],
      ] as const
    )
      .filter(([, seconds]) => seconds > 0)
      .map(([name, seconds]) => `${name} ${ms(seconds)}`)
      .join(' + ')

  add('decode_step', decode.total * 1000, 'ms', `${number(onStage)} sequences: ${step(decode)}`)
  if (share > 0) {
    add(
      'mixed_step',
      mixed.total * 1000,
      'ms',
      `${number(onStage)} sequences and ${number(prompt)} prompt tokens: ${step(mixed)}`,
    )
    add(
      'mixed_share',
      share,
      'share',
      `min(1, (${number(onStage)} - 1) / ${load.outputTokens} output tokens x max(1, ${number(input)} / ${load.chunkTokens}))`,
    )
  }
  const stages = pp > 1 ? `${pp} stages x (` : '('
  const body =
    share > 0
      ? `${number(1 - share)} x ${ms(decode.total)} + ${number(share)} x ${ms(mixed.total)})`
      : `${ms(decode.total)})`
  add(
    'tpot',
    speed.tpotSeconds * 1000,
    'ms',
    `${stages}${body} + ${concurrency} x ${number(perSequence * 1e6)} us of host time`,
  )
  add(
    'prompt_utilization',
    speed.promptUtilization,
    'share',
    `time in which prompts are processed: (${concurrency} - 1) prompts over ${load.outputTokens} x ${ms(speed.tpotSeconds)}`,
  )
  add(
    'ttft',
    speed.ttftSeconds * 1000,
    'ms',
    `${ms(system.host.first_token_seconds.value)} request overhead + own prompt of ${number(input)} tokens + TPOT/2 ${ms(speed.tpotSeconds / 2)} + queue (M/D/1) at ${number(speed.promptUtilization)} utilisation`,
  )
  add(
    'requests_per_second',
    speed.requestsPerSecond,
    'requests/s',
    `one replica: ${concurrency} in flight / (TTFT ${ms(speed.ttftSeconds)} + ${load.outputTokens - 1} x TPOT ${ms(speed.tpotSeconds)})`,
  )
  return lines
}
