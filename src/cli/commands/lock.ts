import type { Command } from '../command.ts'
import { outputFlags, priceFlags } from '../common-flags.ts'
import { planningFlags } from '../planning-flags.ts'

const { top: _top, ...planning } = planningFlags

/** Forms of a lock file, and of what a check says. */
export const LOCK_FORMATS = ['text', 'yaml', 'json', 'markdown'] as const

export const lock: Command = {
  name: 'lock',
  describe: 'Keep what was planned and from what in a file; later, say what has moved',
  help: `Examples:
  plan lock scenarios/serve-70b.yaml --output plan.lock.yaml
  plan scenarios/serve-70b.yaml --locked
  plan lock --check plan.lock.yaml --fail-on 'cost>+5%'

Usage:
  plan lock SCENARIO.yaml [MORE.yaml ...] [--output plan.lock.yaml] [flags]
  plan lock --check FILE [flags]

A lock file holds the scenario, the chosen plan, the prices it was reckoned with
and their dates, and hashes of the model and the catalog. plan SCENARIO --locked
plans what it says, at its prices. --check prices the locked plans with today's
catalog and says what has moved.`,
  words: Number.POSITIVE_INFINITY,
  flags: {
    check: { value: 'FILE', describe: 'Price the plans of a lock file again instead of writing one' },
    'fail-on': { value: 'EXPR', describe: "With --check: exit 4 where it holds, e.g. 'cost>+5%'; repeatable" },
    ...outputFlags,
    format: {
      value: 'FORM',
      describe: 'yaml or json (as --output is called, else yaml); with --check text, json, markdown (text)',
      choices: LOCK_FORMATS,
    },
    'as-of': priceFlags['as-of']!,
    ...planning,
  },
  exits: {
    0: 'locked; with --check: priced again',
    3: 'no feasible plan (any more)',
    4: 'a --fail-on holds, or cannot be measured',
  },
  handle: async (call) => (await import('../actions/lock.ts')).lockScenarios(call),
}
