import type { Command } from '../command.ts'
import { outputFlags, priceFlags } from '../common-flags.ts'

/** Names as in the scenario schema, which is not loaded for help. */
const OBJECTIVES = ['cost', 'cost_per_token', 'time', 'latency', 'gpus', 'energy']

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
  flags: {
    ...outputFlags,
    ...priceFlags,
    top: { value: 'N', describe: 'Alternatives shown (5)' },
    exhaustive: { describe: 'No pruning: slower, the same answer' },
    set: { value: 'PATH=VALUE', describe: 'Change a key of the scenario; repeatable' },
    objective: { value: 'NAME', describe: `${OBJECTIVES.join(', ')} (the scenario's, else cost)`, choices: OBJECTIVES },
  },
  handle: async (call) => (await import('../actions/plan.ts')).planScenarios(call),
}
