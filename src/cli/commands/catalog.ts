import type { Command } from '../command.ts'
import { outputFlags, priceFlags } from '../common-flags.ts'
import { importOffersFlags } from '../import-offers-flags.ts'

export const catalog: Command = {
  name: 'catalog',
  describe: 'List, show, check and import what the catalogs hold',
  help: `Examples:
  plan catalog list                        subjects and their sizes
  plan catalog list gpus                   one line an entry
  plan catalog show h100-sxm-80gb          every field with its source
  plan catalog check --catalog ./mine      stale and suspicious prices
  plan catalog import offers aws/vms.csv --output ./mine

Usage:
  plan catalog list|show|check [SUBJECT or ID]
  plan catalog import offers FILE... [--provider NAME] [--output DIR]`,
  exits: { 0: 'printed' },
  words: Number.POSITIVE_INFINITY,
  completes: [['list', 'show', 'check', 'import'], ['offers']],
  flags: { ...outputFlags, 'as-of': priceFlags['as-of']!, ...importOffersFlags },
  handle: async (call) => (await import('../actions/catalog.ts')).catalogAction(call),
}
