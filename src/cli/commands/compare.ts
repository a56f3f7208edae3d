import type { Command } from '../command.ts'
import { outputFlags, priceFlags } from '../common-flags.ts'
import { planningFlags } from '../planning-flags.ts'

const { explain: _explain, ...prices } = priceFlags
const { top: _top, ...planning } = planningFlags

export const compare: Command = {
  name: 'compare',
  describe: 'Options side by side: several scenarios, or one split by a dimension',
  help: `Examples:
  plan compare scenarios/train-70b-*.yaml
  plan compare scenarios/train-70b-compare.yaml --by method
  plan compare many/*.yaml --format csv --output costs.csv

Usage:
  plan compare SCENARIO.yaml [MORE.yaml ...] [flags]
  plan compare SCENARIO.yaml --by DIMENSION [flags]

One row an option, in order, the cheapest marked. An option that has no plan
shows the configuration that came closest and what that misses. Exits 0 when any
option has a plan, 3 when none has, 2 when a file could not be used; the others
are still compared.`,
  words: Number.POSITIVE_INFINITY,
  flags: {
    by: { value: 'DIMENSION', describe: 'method, gpu, zero_stage, provider, quantization, ...: a plan for each value' },
    ...outputFlags,
    ...prices,
    ...planning,
  },
  handle: async (call) => (await import('../actions/compare.ts')).compareOptions(call),
}
