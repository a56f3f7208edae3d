import type { Command } from '../command.ts'
import { outputFlags, priceFlags } from '../common-flags.ts'
import { networkFlags } from '../network-flags.ts'

const { catalog, quiet } = outputFlags

/** Kinds of scenarios, as in the scenario schema, which is not loaded for help. */
export const INIT_KINDS = ['serve', 'train', 'fleet', 'forecast'] as const

export const init: Command = {
  name: 'init',
  describe: 'A commented scenario that plans as written',
  help: `Examples:
  plan init serve --model qwen3-8b --requests-per-second 2 --output mine.yaml
  plan init train --model llama-3.1-8b --method qlora --examples 50k > tune.yaml
  plan init forecast --workload mine.yaml --workload tune.yaml > year.yaml

Usage:
  plan init serve|train|fleet|forecast [flags]

On a terminal and without flags that say what is wanted it asks; --yes takes the
defaults. What no flag says has a default, which the file shows with its unit
and what else could stand there. A model is named by its catalog id, by its name
on the Hugging Face hub, or by the path of its config.json, directory or GGUF
file; the network is used only for a repository that the catalog does not have.
A file that exists is kept unless --force.`,
  exits: { 0: 'the scenario was written' },
  words: 1,
  completes: [INIT_KINDS],
  flags: {
    model: { value: 'ID', describe: 'Model to serve or train (llama-3.1-8b)' },
    'requests-per-second': { value: 'N', describe: 'Serving: mean traffic (1)' },
    'tokens-per-day': { value: 'N', describe: 'Serving: mean traffic instead, input and output tokens together' },
    concurrency: { value: 'N', describe: 'Serving: traffic instead, as requests in progress at once' },
    'input-tokens': { value: 'TOKENS', describe: 'Serving: mean input of a request (1000)' },
    'output-tokens': { value: 'TOKENS', describe: 'Serving: mean output of a request (250)' },
    context: { value: 'TOKENS', describe: 'Serving: longest sequence, input and output together (8192)' },
    ttft: { value: 'MS', describe: 'Serving: time to first token at most, or none (2000)' },
    tpot: { value: 'MS', describe: 'Serving: time per output token at most, or none (50)' },
    method: { value: 'LIST', describe: 'Training: full, lora, qlora or several (lora,qlora)' },
    tokens: { value: 'N', describe: 'Training: tokens of one pass over the data' },
    examples: { value: 'N', describe: 'Training: examples of one pass instead (10000)' },
    'tokens-per-example': { value: 'N', describe: 'Training: mean tokens of an example (1000)' },
    epochs: { value: 'N', describe: 'Training: passes over the data (3)' },
    'sequence-length': { value: 'TOKENS', describe: 'Training: tokens of a sequence (2048)' },
    deadline: { value: 'TIME', describe: 'Training: 72h, 3d, a date, or none (72h)' },
    budget: {
      value: 'USD',
      describe: 'Training: most for the run. Forecast: for any month. Serving, fleet: a month, as --max-cost',
    },
    workload: {
      value: 'FILE',
      describe: 'Fleet, forecast: a scenario to place or to forecast; repeatable',
      completes: 'scenarios',
    },
    months: { value: 'N', describe: 'Forecast: how many (12)' },
    start: { value: 'YYYY-MM', describe: 'Forecast: first month (the next one)' },
    output: { value: 'FILE', describe: 'Write the scenario to a new file instead of standard output' },
    force: { describe: 'Overwrite the file' },
    yes: { describe: 'Ask nothing: defaults for what no flag says' },
    catalog: catalog!,
    'as-of': { ...priceFlags['as-of']!, describe: 'Day from which a forecast starts (today)' },
    ...networkFlags,
    quiet: quiet!,
  },
  handle: async (call) => (await import('../actions/init.ts')).initScenario(call),
}
