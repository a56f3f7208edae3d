import type { Plan } from '../result/plan.ts'
import { inputError } from '../scenario/diagnostic.ts'
import { usdPerHour } from '../units.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import type { Terminal } from './terminal.ts'

/**
 * The exit code of one plan under `--max-cost` (US dollars an hour); being over it is said on standard error.
 * @throws InputError where the gate cannot be judged because no price is known: it must not open silently.
 */
export function gate(name: string, plan: Plan | null, maxUsdPerHour: number | undefined, terminal: Terminal): ExitCode {
  if (plan === null) return EXIT.infeasible
  if (maxUsdPerHour === undefined) return EXIT.ok
  const { usd_per_hour } = plan.cost
  if (usd_per_hour === null)
    throw inputError(`--max-cost cannot be judged: no price is known for ${plan.placement.gpu}`)
  if (usd_per_hour <= maxUsdPerHour) return EXIT.ok
  terminal.note(`${name}: ${usdPerHour(usd_per_hour)} is over --max-cost ${usdPerHour(maxUsdPerHour)}`)
  return EXIT.overCost
}
