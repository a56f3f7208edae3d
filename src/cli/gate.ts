import type { ScenarioResult } from '../../planners/index.ts'
import { type AnyPlan, isTraining } from '../report/kinds/index.ts'
import { isProgram, reportOf } from '../report/programs/index.ts'
import { inputError } from '../scenario/diagnostic.ts'
import { usd, usdPerHour } from '../units.ts'
import { visible } from '../visible.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import type { Terminal } from './terminal.ts'

/**
 * The exit code of one plan under `--max-cost`: US dollars an hour of serving, or of a training run. Being over it is said on
 * standard error.
 * @throws InputError where the gate cannot be judged because no price is known: it must not open silently.
 */
export function gate(name: string, plan: AnyPlan | null, maxUsd: number | undefined, terminal: Terminal): ExitCode {
  if (plan === null) return EXIT.infeasible
  if (maxUsd === undefined) return EXIT.ok
  const training = isTraining(plan)
  const cost = training ? plan.cost.usd_per_run : plan.cost.usd_per_hour
  if (cost === null) throw inputError(`--max-cost cannot be judged: no price is known for ${plan.placement.gpu}`)
  if (cost <= maxUsd) return EXIT.ok
  const text = (value: number): string => (training ? `${usd(value)} a run` : usdPerHour(value))
  terminal.note(`${visible(name)}: ${text(cost)} is over --max-cost ${text(maxUsd)}`)
  return EXIT.overCost
}

/** The same for a result of any kind: a fleet by its hour, a forecast by all its months. */
export function gateResult(result: ScenarioResult, maxUsd: number | undefined, terminal: Terminal): ExitCode {
  if (!isProgram(result)) return gate(result.scenario, result.best, maxUsd, terminal)
  const report = reportOf(result)
  const cost = report.price(result)
  if (cost === null || result.status === 'infeasible') return EXIT.infeasible
  if (maxUsd === undefined || cost <= maxUsd) return EXIT.ok
  terminal.note(`${visible(result.scenario)}: ${report.priceText(cost)} is over --max-cost ${report.priceText(maxUsd)}`)
  return EXIT.overCost
}
