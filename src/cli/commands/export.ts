import type { Command } from '../command.ts'
import { outputFlags, priceFlags } from '../common-flags.ts'
import { networkFlags } from '../network-flags.ts'
import { planningFlags } from '../planning-flags.ts'
import { programFlags } from '../program-flags.ts'

const { catalog, quiet } = outputFlags
const { set, objective } = planningFlags

/** The best plan as files of an engine, a trainer or a cluster. */
export const exportCommand: Command = {
  name: 'export',
  describe: 'The best plan as files that an engine, a trainer or a cluster takes',
  help: `Examples:
  plan export                                          the targets, a line each
  plan export scenarios/serve-8b.yaml --to vllm --output serve-8b/
  plan export scenarios/serve-8b.yaml --to kubernetes | kubectl apply -f -
  plan serve.yaml --format json --output serve.json    a saved plan is
  plan export serve.json --to docker-compose           taken as it is

Usage:
  plan export SCENARIO.yaml or RESULT.json --to TARGET [flags]`,
  words: 1,
  flags: {
    to: { value: 'TARGET', describe: 'What to export to; plan export lists the targets', completes: 'targets' },
    workload: { value: 'NAME', describe: 'Of a fleet: only this workload' },
    output: {
      value: 'PATH',
      describe: 'File, or directory where a target writes several files; without it they go to standard output',
    },
    catalog: catalog!,
    set: set!,
    objective: objective!,
    'max-cost': priceFlags['max-cost']!,
    'as-of': priceFlags['as-of']!,
    ...programFlags,
    ...networkFlags,
    quiet: quiet!,
  },
  exits: { 0: 'exported', 3: 'no feasible plan, nothing is written', 4: 'over --max-cost, nothing is written' },
  handle: async (call) => (await import('../actions/export.ts')).exportScenario(call),
}
