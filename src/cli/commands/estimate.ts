import type { Command } from '../command.ts'
import { outputFlags, priceFlags } from '../common-flags.ts'
import { configurationFlags } from '../configuration-flags.ts'
import { networkFlags } from '../network-flags.ts'

export const estimate: Command = {
  name: 'estimate',
  describe: 'Memory, speed and price of one given configuration',
  help: `Examples:
  plan estimate llama-3.1-70b --gpu h100-sxm-80gb --tensor-parallel 4 \\
    --context 8192 --concurrency 32 --quantization bf16
  plan estimate llama-3.1-8b --gpu h100-sxm-80gb --method lora --micro-batch 4

MODEL is a catalog id, a config.json or its directory, a GGUF file, or
ORG/NAME[@REVISION] of a hub.

Usage:
  plan estimate MODEL --gpu ID [flags]                  serving
  plan estimate MODEL --gpu ID --method NAME [flags]    training`,
  words: 1,
  completes: ['models'],
  flags: { ...configurationFlags, ...networkFlags, ...priceFlags, ...outputFlags },
  handle: async (call) => (await import('../actions/estimate.ts')).estimateModel(call),
}
