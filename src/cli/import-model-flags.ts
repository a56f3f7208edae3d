import type { FlagTable } from './flags.ts'
import { networkFlags } from './network-flags.ts'

/** Flags of `plan catalog import model`. */
export const importModelFlags: FlagTable = {
  id: { value: 'ID', describe: 'Import model: id of the entry (made from the name)' },
  ...networkFlags,
}
