import type { Plan } from '../../result/plan.ts'
import { count, percent, rate } from '../../units.ts'
import type { Style } from '../style.ts'
import { counted, format, gpusUsed, layout, moneyText, placementText } from '../words.ts'
import { wrap } from '../wrap.ts'

/** A plan in one sentence: what to rent, how to split the model over it, what it costs. */
export function planSentence(plan: Plan): string {
  const how = `${placementText(plan)}, ${format(plan.configuration)}, ${layout(plan.configuration)}`
  const money = moneyText(plan)
  return money === null ? `${how} (no price known)` : `${how}: ${money}`
}

/** The answer in one sentence, and under it what the plan carries. */
export function answer(title: string, plan: Plan, style: Style): string[] {
  return [...wrap(`${title}: ${planSentence(plan)}`).map(style.title), ...wrap(capacityText(plan)).map(style.faint)]
}

/** `vllm 0.19 · 1 replica of at most 64 requests · context 8,192 · sustains 5.1 requests/s · ...` */
function capacityText({ configuration, performance, placement, confidence }: Plan): string {
  const { engine, engine_version, replicas, max_concurrency, context } = configuration
  const idle = placement.gpus - gpusUsed(configuration)
  return [
    `${engine} ${engine_version}`,
    `${counted(replicas, 'replica')} of at most ${counted(max_concurrency, 'request')}`,
    `context ${count(context)}`,
    `sustains ${rate(performance.requests_per_second)} requests/s, ${rate(performance.output_tokens_per_second)} output tokens/s`,
    `${percent(performance.utilization, 0)} used at the busiest hour`,
    ...(idle > 0 ? [`${count(idle)} of ${counted(placement.gpus, 'GPU')} paid for and idle`] : []),
    confidence === 'measured' ? 'speed fitted to measured runs' : 'speed from the data sheet',
  ].join(' · ')
}
