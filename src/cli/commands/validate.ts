import type { Command } from '../command.ts'
import { outputFlags } from '../common-flags.ts'

export const validate: Command = {
  name: 'validate',
  describe: 'Predictions against measured runs: errors by kind, engine and GPU',
  help: `Examples:
  plan validate measurements.yaml
  plan validate mine.yaml published.yaml --plot errors.svg
  plan validate measurements.yaml --format csv --output errors.csv

Usage:
  plan validate MEASUREMENTS.yaml [MORE.yaml ...] [flags]

Every record is predicted from its configuration and held against what was
measured; "-" reads records from standard input. Errors are |predicted /
measured - 1|; the bias is the mean of the signed ones. Records that the model
cannot express are listed with the reason. Exits 0 when any record could be
compared, 3 when none could, 2 when a file could not be used or names a GPU or
model that the catalog does not know.`,
  exits: { 0: 'a record could be compared', 3: 'none could' },
  words: Number.POSITIVE_INFINITY,
  flags: {
    plot: { value: 'FILE.svg', describe: 'Also draw predicted against measured, a panel a unit, a colour a kind' },
    records: { describe: 'Also list every record (text, markdown; the other forms always do)' },
    ...outputFlags,
  },
  handle: async (call) => (await import('../actions/validate.ts')).validateMeasurements(call),
}
