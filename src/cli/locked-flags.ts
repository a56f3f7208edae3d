import type { FlagTable } from './flags.ts'

/** Where `--locked` looks. */
export const LOCK_FILE = 'plan.lock.yaml'

/** Flags that plan what was locked rather than what is best today. */
export const lockedFlags: FlagTable = {
  locked: { describe: `Plan what ${LOCK_FILE} says, at its prices; exit 2 where scenario or model changed` },
  'lock-file': { value: 'FILE', describe: '--locked with another lock file' },
}
