import type { Command } from '../command.ts'
import { outputFlags, priceFlags } from '../common-flags.ts'
import { planningFlags } from '../planning-flags.ts'

const { top: _top, ...planning } = planningFlags

/** Forms of the answer. */
export const WHATIF_FORMATS = ['text', 'json', 'markdown', 'csv'] as const

export const whatif: Command = {
  name: 'whatif',
  describe: 'At which value of a key, or at which prices, another configuration is best',
  help: `Examples:
  plan whatif serve.yaml --vary context=4k..128k
  plan whatif serve.yaml --vary price.aws=-30%..+30% --vary traffic=-50%..+400%
  plan whatif train.yaml --vary deadline=24h..96h --points 17 --format csv

Usage:
  plan whatif SCENARIO.yaml --vary KEY=FROM..TO [--vary ...] [flags]

KEY is any key that --set takes; traffic is the scenario's own rate; price is
the whole price list, price.NAME that of a provider, a GPU (id, generation,
vendor) or provider/gpu. Ends with signs and % are changes of what the key is
now. Each --vary is gone through alone, everything else as the scenario has it:
points over the range, then bisection between neighbours whose best
configuration differs.`,
  words: 1,
  flags: {
    vary: { value: 'KEY=A..B', describe: 'What changes, and from where to where; repeatable' },
    points: { value: 'N', describe: 'Values that are planned first, ends included (9)' },
    tolerance: { value: 'SHARE', describe: 'How near a change is found; whole numbers always exactly (0.1%)' },
    'max-plans': { value: 'N', describe: 'Plans made for one --vary at most (400)' },
    sizes: { describe: 'Also where only the number of replicas or instances changes' },
    ...outputFlags,
    format: { value: 'FORM', describe: `${WHATIF_FORMATS.join(', ')} (text)`, choices: WHATIF_FORMATS },
    'as-of': priceFlags['as-of']!,
    ...planning,
  },
  exits: { 0: 'a plan was found for some value', 3: 'no feasible plan for any value' },
  handle: async (call) => (await import('../actions/whatif.ts')).whatIfScenario(call),
}
