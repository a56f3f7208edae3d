import type { Command } from '../command.ts'
import { outputFlags, priceFlags } from '../common-flags.ts'
import { planningFlags } from '../planning-flags.ts'
import { programFlags } from '../program-flags.ts'

const { top: _top, ...planning } = planningFlags
const { from: _from, ...programs } = programFlags

/** Forms of a comparison. */
export const DIFF_FORMATS = ['text', 'json', 'markdown', 'csv'] as const

export const diff: Command = {
  name: 'diff',
  describe: 'What changed from one scenario or saved result to another, money first',
  help: `Examples:
  plan diff main.yaml branch.yaml
  plan diff saved.json serve.yaml --fail-on 'cost>+5%' --fail-on 'gpus>+2'
  plan diff main.json branch.json --format markdown --output comment.md

Usage:
  plan diff OLD NEW [flags]

Each of OLD and NEW is a scenario, which is planned, or a result that was saved
with --format json; of results of several scenarios those of the same name are
held against each other. --fail-on FIGURE>LIMIT (or <, >=, <=) may be repeated;
+5% is a share of the old value, +10 a change in units, 1000 the new value. cost
is what plans of the kind are judged by: dollars an hour, of a run, or in all.`,
  words: 2,
  flags: {
    'fail-on': { value: 'EXPR', describe: "Exit 4 where it holds, e.g. 'cost>+5%'; repeatable" },
    ...outputFlags,
    format: { value: 'FORM', describe: `${DIFF_FORMATS.join(', ')} (text)`, choices: DIFF_FORMATS },
    'as-of': priceFlags['as-of']!,
    ...planning,
    ...programs,
  },
  exits: {
    0: 'compared',
    3: 'the old one has a plan, the new one none',
    4: 'a --fail-on holds, or cannot be measured',
  },
  handle: async (call) => (await import('../actions/diff.ts')).diffFiles(call),
}
