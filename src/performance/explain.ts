import { figure } from './figure.ts'
import { emptySpeed, type ServingPerformance, type StepTerms } from './serving.ts'

/** One line of a derivation: a quantity with the arithmetic that gave it. */
export interface DerivationLine {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly formula: string
}

const ms = (seconds: number): string => `${figure(seconds * 1000)} ms`

const STEP_TERMS: readonly (readonly [string, keyof StepTerms])[] = [
  ['weights', 'linear'],
  ['head', 'head'],
  ['experts', 'experts'],
  ['KV cache', 'kv'],
  ['prompt attention', 'promptAttention'],
  ['slowest rank', 'wait'],
  ['all-reduce', 'reduce'],
  ['expert exchange', 'exchange'],
  ['hand-over', 'handover'],
  ['host', 'fixed'],
]

function sumOf(terms: StepTerms): string {
  return STEP_TERMS.flatMap(([name, key]) => (terms[key] > 0 ? [`${name} ${ms(terms[key])}`] : [])).join(' + ')
}

/** The steady state at a number of requests in flight, step by step, with the numbers put in: each line computes to its value. */
export function explainSpeed(performance: ServingPerformance, concurrency: number): DerivationLine[] {
  const { load, system } = performance
  const speed = performance.at(concurrency, emptySpeed())
  const { pipelineParallel: pp, attentionCopies: copies = 1 } = system
  const onStage = Math.max(1, concurrency / pp)
  const input = Math.max(1, load.inputTokens * (1 - load.prefixCached))
  const share = Math.min(1, ((onStage - 1) / load.outputTokens) * Math.max(1, input / load.chunkTokens))
  const decode = performance.stepTerms(onStage, 0)

  const lines: DerivationLine[] = []
  const add = (name: string, value: number, unit: string, formula: string): void => {
    lines.push({ name, value: Number(value.toPrecision(10)), unit, formula })
  }

  add('decode_step', decode.total * 1000, 'ms', `${figure(onStage)} sequences: ${sumOf(decode)}`)
  let stage = decode.total
  if (share > 0) {
    const arriving = ((onStage - 1) * input) / load.outputTokens / share
    const mixed = performance.stepTerms(onStage, arriving)
    stage = (1 - share) * decode.total + share * mixed.total
    const carried = `${figure(onStage)} sequences and ${figure(arriving)} prompt tokens`
    const chunks = `max(1, ${figure(input)} / ${load.chunkTokens})`
    add('mixed_step', mixed.total * 1000, 'ms', `${carried}: ${sumOf(mixed)}`)
    add(
      'mixed_share',
      share,
      'share',
      `min(1, (${figure(onStage)} - 1) / ${load.outputTokens} output tokens x ${chunks})`,
    )
    const mean = `${figure(1 - share)} x ${ms(decode.total)} + ${figure(share)} x ${ms(mixed.total)}`
    add('mean_step', stage * 1000, 'ms', mean)
  }
  const head = `${pp - 1} x ${ms(performance.headSeconds(concurrency))} without the head`
  const through =
    pp > 1 ? `max(${pp} stages x ${ms(stage)} - ${head}, ${Math.min(concurrency, pp)} x ${ms(stage)})` : ms(stage)
  const host = `${concurrency} x ${ms(performance.perSequenceSeconds)} of host time${copies > 1 ? ` / ${copies}` : ''}`
  add('tpot', speed.tpotSeconds * 1000, 'ms', `${through} + ${host}`)

  const { passes, tokens } = performance.promptPasses
  const others = Math.max(0, onStage - 1)
  const prompt = performance.stepTerms(others, tokens)
  add(
    'prompt_pass',
    prompt.total * 1000,
    'ms',
    `${figure(others)} sequences and ${figure(tokens)} prompt tokens: ${sumOf(prompt)}`,
  )
  const busy = `${figure(passes)} passes x ${ms(prompt.total)}`
  add(
    'prompt_utilization',
    speed.promptUtilization,
    'share',
    `${concurrency - 1} prompts x ${busy} / (${load.outputTokens} x ${ms(speed.tpotSeconds)} + ${busy})`,
  )
  const rho = Math.min(speed.promptUtilization, system.physics.max_prompt_utilization.value)
  const queue = `${figure(rho)} / (2 x (1 - ${figure(rho)})) x ${busy} in the queue (M/D/1)`
  add(
    'ttft',
    speed.ttftSeconds * 1000,
    'ms',
    `${ms(system.host.first_token_seconds.value)} request overhead + own prompt ${figure(passes + pp - 1)} x ${ms(prompt.total)} + half a TPOT ${ms(speed.tpotSeconds / 2)} + ${queue}`,
  )
  add(
    'requests_per_second',
    speed.requestsPerSecond,
    'requests/s',
    `one replica: ${concurrency} in flight / (TTFT ${ms(speed.ttftSeconds)} + ${load.outputTokens - 1} x TPOT ${ms(speed.tpotSeconds)})`,
  )
  return lines
}
