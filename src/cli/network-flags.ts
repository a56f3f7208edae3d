import type { FlagTable } from './flags.ts'

/** Flags of commands that may read a model from the network. */
export const networkFlags: FlagTable = {
  offline: { describe: 'Models: only what is on disk or in the cache' },
  refresh: { describe: 'Models: read repositories and addresses again, whatever the cache holds' },
}
