import type { Row } from './table.ts'
import type { Drop, Sighting, Skip, SkipReason } from './types.ts'

/** What a row of a price list becomes. */
export type RowReading = Skip | { readonly sighting: Sighting; readonly drops: readonly Drop[] }

/** Makes the skips of a row: `subject` is what the row is about. */
export function skipping(row: Row, subject: string): (reason: SkipReason, detail?: string) => Skip {
  return (reason, detail = '') => ({
    reason,
    file: row.file,
    line: row.line,
    subject,
    ...(detail === '' ? {} : { detail }),
  })
}
