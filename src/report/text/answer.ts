import type { Plan } from '../../result/plan.ts'
import { count, percent, rate } from '../../units.ts'
import { MARKS, type Style } from '../style.ts'
import { counted, format, gpusUsed, layout, moneyText, placementText } from '../words.ts'
import { wrap } from '../wrap.ts'

/** A plan in one sentence: what to rent, how to split the model over it, what it costs. */
export function planSentence(plan: Plan): string {
  const how = `${placementText(plan)}, ${format(plan.configuration)}, ${layout(plan.configuration)}`
  const money = moneyText(plan)
  return money === null ? `${how} (no price known)` : `${how}: ${money}`
}

/** The answer in one sentence, and under it what the plan is made of. */
export function answer(title: string, plan: Plan, style: Style): string[] {
  return [
    ...wrap(`${title}: ${planSentence(plan)}`).map(style.title),
    ...wrap([...makeup(plan), ...carried(plan), trusted(plan)].join(` ${MARKS.item} `)).map(style.faint),
  ]
}

/** The same for a configuration that was given, where no traffic is known. */
export function givenPlan(title: string, plan: Plan, style: Style): string[] {
  return [
    ...wrap(`${title}: ${planSentence(plan)}`).map(style.title),
    ...wrap([...makeup(plan), trusted(plan)].join(` ${MARKS.item} `)).map(style.faint),
  ]
}

/** `vllm 0.19`, `1 replica of at most 64 requests`, `context 8,192`, and GPUs that are paid for without being used. */
function makeup({ configuration, placement }: Plan): string[] {
  const { engine, engine_version, replicas, max_concurrency, context } = configuration
  const idle = placement.gpus - gpusUsed(configuration)
  return [
    `${engine} ${engine_version}`,
    `${counted(replicas, 'replica')} of at most ${counted(max_concurrency, 'request')}`,
    `context ${count(context)}`,
    ...(idle > 0 ? [`${count(idle)} of ${counted(placement.gpus, 'GPU')} paid for and idle`] : []),
  ]
}

function carried({ performance }: Plan): string[] {
  const { requests_per_second, output_tokens_per_second, utilization } = performance
  return [
    `sustains ${rate(requests_per_second)} requests/s, ${rate(output_tokens_per_second)} output tokens/s`,
    `${percent(utilization, 0)} used at the busiest hour`,
  ]
}

function trusted({ confidence }: Plan): string {
  return confidence === 'measured' ? 'speed fitted to measured runs' : 'speed from the data sheet'
}
