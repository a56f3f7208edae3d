import type { SourceKind } from '../scenario/sources.ts'
import { type Row, row, scalar } from './yaml.ts'

/** A model as a scenario names it: an id of the catalog, or where it is read from. */
export type ModelName = string | { readonly kind: SourceKind; readonly reference: string }

/** The row that names the model. */
export function modelRow(model: ModelName): Row {
  if (typeof model === 'string') return row(`model: ${scalar(model)}`, 'an id of `plan catalog list models`')
  const note = 'read when it is planned; or an id of `plan catalog list models`'
  return row(`model: { ${model.kind}: ${scalar(model.reference)} }`, note)
}
