import { isTrainPlan, type SinglePlan } from './any-result.ts'
import type { Fact } from './fact.ts'

type Value = Fact['value'] | boolean | readonly string[] | undefined

/** What a plan states beside its price, section by section. Prices are compared apart, before everything else. */
export function planFacts(plan: SinglePlan): Fact[] {
  return [
    ...('model' in plan && plan.model !== undefined ? facts('model', plan.model) : []),
    ...facts('placement', plan.placement),
    ...facts('configuration', plan.configuration),
    ...memoryFacts(plan),
    ...performanceFacts(plan),
    // What is reached stands among the performance; here stands what is asked, and whether it is met.
    ...plan.targets.flatMap(({ name, limit, unit, ok }) => [
      fact('targets', `${name} limit`, limit, unit),
      fact('targets', `${name} met`, ok ? 'yes' : 'no'),
    ]),
    ...qualityFacts(plan),
    fact('trust', 'confidence', plan.confidence),
    fact('trust', 'verdict', plan.accuracy?.verdict ?? null),
    fact('prices', 'price_as_of', plan.cost.price_as_of),
  ]
}

/** Every key of a flat record, under its own name. */
export function facts(section: string, record: Readonly<Record<string, Value>>): Fact[] {
  return Object.entries(record).map(([key, value]) => fact(section, key, value))
}

function fact(section: string, key: string, value: Value, unit = ''): Fact {
  const plain = value === undefined ? null : Array.isArray(value) ? value.join(' ') : value
  return { section, key, value: typeof plain === 'boolean' ? String(plain) : (plain as Fact['value']), unit }
}

function memoryFacts({ memory }: SinglePlan): Fact[] {
  return [
    // A term of no bytes is no term: an engine that does not use it need not be said to have dropped it.
    ...memory.terms.filter(({ bytes }) => bytes > 0).map(({ name, bytes }) => fact('memory', name, bytes, 'bytes')),
    fact('memory', 'total', memory.total_bytes, 'bytes'),
    fact('memory', 'free', memory.free_bytes, 'bytes'),
    fact('memory', 'capacity', memory.capacity_bytes, 'bytes'),
    ...('host_bytes' in memory
      ? [fact('memory', 'host', memory.host_bytes, 'bytes'), fact('memory', 'peak_phase', memory.peak_phase)]
      : []),
  ]
}

function performanceFacts(plan: SinglePlan): Fact[] {
  const section = 'performance'
  if (isTrainPlan(plan)) {
    const { performance } = plan
    return [
      fact(section, 'hours', performance.hours, 'hours'),
      fact(section, 'tokens_per_second', performance.tokens_per_second, 'tokens/s'),
      fact(section, 'step_seconds', performance.step_seconds, 's'),
      fact(section, 'steps', performance.steps),
      fact(section, 'model_flops_utilization', performance.model_flops_utilization, 'share'),
      fact(section, 'pipeline_bubble', performance.pipeline_bubble, 'share'),
      fact(section, 'lost_share', performance.lost_share, 'share'),
    ]
  }
  const { performance } = plan
  return [
    fact(section, 'ttft_ms', performance.ttft_ms, 'ms'),
    fact(section, 'tpot_ms', performance.tpot_ms, 'ms'),
    fact(section, 'request_ms', performance.request_ms, 'ms'),
    fact(section, 'concurrency', performance.concurrency),
    fact(section, 'output_tokens_per_second', performance.output_tokens_per_second, 'tokens/s'),
    fact(section, 'requests_per_second', performance.requests_per_second, 'requests/s'),
    fact(section, 'utilization', performance.utilization, 'share'),
  ]
}

function qualityFacts(plan: SinglePlan): Fact[] {
  return isTrainPlan(plan) ? [] : [fact('quality', 'loss_percent', plan.quality.loss_percent, 'percent')]
}
