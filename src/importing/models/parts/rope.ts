import type { Architecture } from '../../../catalog/model.ts'
import type { ConfigKeys } from '../family.ts'
import { type Fields, isMap } from '../fields.ts'
import type { LayerInput } from '../shape.ts'

export type RopeTables = Architecture['rope_tables']

/** Rotary tables that engines keep beside the weights, and how a config.json leads to them. */
export interface Rope {
  read(fields: Fields, layers: readonly LayerInput[], positions: number): RopeTables
  write(architecture: Architecture): ConfigKeys
}

/** No rotary positions: learned ones, ALiBi, or none at all. */
export const noRope: Rope = { read: () => [], write: () => ({}) }

/** Nothing beyond one table of the positions and the width of a head (or the rotary part of latent attention). */
export const wholeRope: Rope = { read: () => undefined, write: () => ({}) }

/**
 * One table, narrower than a head where `rotary_dim` or `partial_rotary_factor` (`rotary_pct` in GPT-NeoX) says so, in the file or in
 * its `rope_parameters`.
 * @param absent share of the head that is rotary where the file does not say
 */
export function partialRope(key: 'partial_rotary_factor' | 'rotary_pct' | 'rotary_dim', absent = 1): Rope {
  return {
    read(fields, layers, positions) {
      const head = headWidth(layers)
      if (head === undefined) return undefined
      const parameters = fields.raw('rope_parameters')
      const inner = isMap(parameters) ? parameters.partial_rotary_factor : undefined
      const share =
        fields.maybeNumber('partial_rotary_factor', 'rotary_pct') ?? (typeof inner === 'number' ? inner : absent)
      const width = fields.maybeCount('rotary_dim') ?? Math.floor(head * share)
      return width < head ? [{ rows: positions, width }] : undefined
    },
    write({ rope_tables: tables, layers }) {
      const head = headWidth(layers)
      const width = tables?.[0]?.width ?? head
      if (head === undefined || width === undefined) return {}
      return { [key]: key === 'rotary_dim' ? width : width / head }
    },
  }
}

function headWidth(layers: readonly Pick<LayerInput, 'attention'>[]): number | undefined {
  for (const { attention } of layers) if (attention.kind === 'softmax') return attention.head_dim
  return undefined
}
