import type { Command } from '../command.ts'
import { outputFlags, priceFlags } from '../common-flags.ts'
import { configurationFlags } from '../configuration-flags.ts'
import { networkFlags } from '../network-flags.ts'

const { 'max-cost': _, ...pricing } = priceFlags

export const fit: Command = {
  name: 'fit',
  describe: 'The largest context and concurrency, or micro-batch, that fit a GPU',
  help: `Examples:
  plan fit llama-3.1-8b --gpu h100-sxm-80gb --context 8192
  plan fit llama-3-70b --gpu h100-sxm-80gb --method qlora --sequence-length 4096

MODEL is a catalog id, a config.json or its directory, a GGUF file, or
ORG/NAME[@REVISION] of a hub.

Usage:
  plan fit MODEL --gpu ID [flags]                  serving
  plan fit MODEL --gpu ID --method NAME [flags]    training`,
  words: 1,
  completes: ['models'],
  flags: { ...configurationFlags, ...networkFlags, ...pricing, ...outputFlags },
  handle: async (call) => (await import('../actions/fit.ts')).fitToGpu(call),
}
