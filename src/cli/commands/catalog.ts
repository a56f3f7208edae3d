import { checkFlags, importOffersFlags } from '../catalog-flags.ts'
import type { Command } from '../command.ts'
import { outputFlags, priceFlags } from '../common-flags.ts'
import { importModelFlags } from '../import-model-flags.ts'

export const catalog: Command = {
  name: 'catalog',
  describe: 'List, show, check and import what the catalogs hold',
  help: `Examples:
  plan catalog list                        subjects and their sizes
  plan catalog list gpus                   one line an entry
  plan catalog show h100-sxm-80gb          every field with its source
  plan catalog check --catalog ./mine      stale, doubled and suspicious prices
  plan catalog import offers aws/vms.csv --output ./mine
  plan catalog import model ./my-model --output ./mine

Usage:
  plan catalog list|show|check [SUBJECT or ID]
  plan catalog import offers FILE... [--provider NAME] [--output DIR]
  plan catalog import model MODEL [--id ID] [--output DIR]
  plan catalog export model ID                its config.json

MODEL to import is a config.json, the directory of one, a GGUF file, or
ORG/NAME[@REVISION] of the Hugging Face hub.`,
  exits: { 0: 'printed, imported; check: nothing to look at', 4: 'check: something to look at' },
  words: Number.POSITIVE_INFINITY,
  completes: [
    ['list', 'show', 'check', 'import', 'export'],
    { after: { list: 'subjects', show: 'ids', import: ['model', 'offers'], export: ['model'] } },
  ],
  flags: { ...outputFlags, 'as-of': priceFlags['as-of']!, ...checkFlags, ...importOffersFlags, ...importModelFlags },
  handle: async (call) => (await import('../actions/catalog.ts')).catalogAction(call),
}
