import type { Command } from '../command.ts'
import { outputFlags, priceFlags } from '../common-flags.ts'
import { lockedFlags } from '../locked-flags.ts'
import { planningFlags } from '../planning-flags.ts'
import { programFlags } from '../program-flags.ts'

/** The default command. */
export const plan: Command = {
  name: null,
  describe: 'Plan scenarios (the default)',
  help: `Examples:
  plan init serve --model qwen3-8b > mine.yaml       a scenario of your own
  plan mine.yaml --explain                           its plan, with arithmetic
  plan a.yaml b.yaml --set latency.tpot_ms=30 --max-cost 12

Usage:
  plan SCENARIO.yaml [MORE.yaml ...] [flags]     "-" reads standard input
  plan COMMAND [flags]                           plan COMMAND --help says more`,
  words: Number.POSITIVE_INFINITY,
  flags: { ...outputFlags, ...priceFlags, ...planningFlags, ...programFlags, ...lockedFlags },
  handle: async (call) => (await import('../actions/plan.ts')).planScenarios(call),
}
