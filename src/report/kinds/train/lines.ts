import type { TrainPlan } from '../../../result/train.ts'
import { count, percent, rate, roundedCount, seconds, significant, usd, usdPerHour } from '../../../units.ts'
import { shareOf } from '../../accuracy.ts'
import type { Derived } from '../kind.ts'
import { hoursText } from './words.ts'

/** Digits with which a reader's pocket calculator gives the shown result. */
const DIGITS = 7

/** From the step to the wall clock of the run. */
export function speedLines({ performance, cost }: TrainPlan): Derived[] {
  const { tokens_per_second, tokens, compute_hours, lost_share, hours } = performance
  if (cost.usd_per_run === null) return []
  return [
    {
      name: 'compute_hours',
      value: hoursText(compute_hours),
      formula: `${count(tokens)} tokens / ${significant(tokens_per_second, DIGITS)} tokens/s / 3600`,
    },
    {
      name: 'hours',
      value: hoursText(hours),
      formula: `${significant(compute_hours, DIGITS)} h / (1 - ${percent(lost_share, 4)} lost to checkpoints, failures and interruptions)`,
    },
  ]
}

/** The run at the price of an hour. */
export function costLines({ cost, performance }: TrainPlan, usdHour: number): Derived[] {
  if (cost.usd_per_run === null) return []
  return [
    {
      name: 'usd_per_run',
      value: usd(cost.usd_per_run),
      formula: `${usdPerHour(usdHour)} x ${significant(performance.hours, DIGITS)} h`,
    },
  ]
}

/** The speed of a configuration that was given. */
export function stepLines({ performance, accuracy }: TrainPlan): [string, string] {
  const { step_seconds, tokens_per_second, model_flops_utilization, pipeline_bubble, tokens, hours } = performance
  const bubble = pipeline_bubble > 0 ? `, pipeline bubble ${percent(pipeline_bubble)}` : ''
  return [
    `step ${seconds(step_seconds)}, ${rate(tokens_per_second)}${shareOf(accuracy, 'tokens_per_second')} tokens/s, ${percent(model_flops_utilization)} of peak FLOPS${bubble}`,
    `${roundedCount(tokens)} tokens in ${hoursText(hours)}`,
  ]
}
