import type { Command } from '../command.ts'
import { outputFlags, priceFlags } from '../common-flags.ts'
import { planningFlags } from '../planning-flags.ts'
import { programFlags } from '../program-flags.ts'

/** The default command. */
export const plan: Command = {
  name: null,
  describe: 'Plan scenarios (the default)',
  help: `Examples:
  plan scenarios/serve-70b.yaml            the cheapest way to serve a model
  plan a.yaml b.yaml --format markdown     several, with a comparison at the end
  plan serve.yaml --set latency.tpot_ms=30 --max-cost 12 --explain

Usage:
  plan SCENARIO.yaml [MORE.yaml ...] [flags]     "-" reads standard input
  plan COMMAND [flags]`,
  words: Number.POSITIVE_INFINITY,
  flags: { ...outputFlags, ...priceFlags, ...planningFlags, ...programFlags },
  handle: async (call) => (await import('../actions/plan.ts')).planScenarios(call),
}
