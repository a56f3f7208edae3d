import type { Architecture } from '../../../src/catalog/model.ts'
import { layersOf } from '../../../src/importing/models/shape.ts'

/** The architecture layer by layer, rotary tables written out: what two descriptions of one model share. */
export function plain(architecture: Architecture) {
  const { rope_tables: tables, layers: _, ...rest } = architecture
  const layers = layersOf(architecture)
  const widths = layers.map(({ attention }) => (attention.kind === 'softmax' ? attention.head_dim : 0))
  const usual = [{ rows: architecture.max_positions, width: widths.find((each) => each > 0) }]
  return { ...rest, tables: tables ?? usual, layers }
}
