import type { FlagTable } from './flags.ts'

/** Flags of `plan catalog check`. */
export const checkFlags: FlagTable = {
  'max-age': { value: 'DAYS', describe: 'Check: prices older than this are stale (365)' },
}

/** Flags of `plan catalog import offers`. */
export const importOffersFlags: FlagTable = {
  provider: { value: 'NAME', describe: 'Import offers: whose prices they are (the file or its folder says)' },
  form: {
    value: 'FORM',
    describe: 'Import offers: skypilot, gpuhunt, own (by the header)',
    choices: ['skypilot', 'gpuhunt', 'own'],
  },
  regions: {
    value: 'WHICH',
    describe: 'Import offers: one (as the catalog has it, else the cheapest), all, or names with commas between (one)',
  },
  'gpu-name': { value: 'NAME=ID', describe: 'Import offers: the GPU that the list means by a name; repeatable' },
  confidence: {
    value: 'LEVEL',
    describe: 'Import offers: low, medium, high; marketplaces stay low (medium)',
    choices: ['low', 'medium', 'high'],
  },
}
