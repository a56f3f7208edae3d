import type { Command } from '../command.ts'
import { outputFlags, priceFlags } from '../common-flags.ts'

export const catalog: Command = {
  name: 'catalog',
  describe: 'List, show and check what the catalogs hold',
  help: `Examples:
  plan catalog list                        subjects and their sizes
  plan catalog list gpus                   one line an entry
  plan catalog show h100-sxm-80gb          every field with its source
  plan catalog check --catalog ./mine      stale and suspicious prices

Usage:
  plan catalog list|show|check [SUBJECT or ID]`,
  exits: { 0: 'printed' },
  words: 2,
  completes: [['list', 'show', 'check']],
  flags: { ...outputFlags, 'as-of': priceFlags['as-of']! },
  handle: async (call) => (await import('../actions/catalog.ts')).catalogAction(call),
}
