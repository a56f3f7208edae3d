import type { ConfigKeys } from '../family.ts'
import type { Fields } from '../fields.ts'
import type { AttentionInput, Layer, MlpInput } from '../shape.ts'

/** One aspect of the layers of an architecture: read for a layer, written for all of them together. */
export interface Part<Input, Output> {
  read(fields: Fields, index: number, layers: number): Input
  /** @param values those of the layers that have this part; never empty */
  write(values: readonly Output[], layers: readonly Layer[]): ConfigKeys
}

export type AttentionPart = Part<AttentionInput, Layer['attention']>
export type MlpPart = Part<MlpInput, Layer['mlp']>

/** A bias that all models of a family have or lack, or that a key decides. */
export type Switch = boolean | { readonly key: string; readonly absent: boolean }

export function readSwitch(fields: Fields, given: Switch): boolean {
  return typeof given === 'boolean' ? given : fields.flag(given.key, given.absent)
}

/** The key that makes a switch read as `value`; none where the family has it always. */
export function writeSwitch(given: Switch, value: boolean): ConfigKeys {
  return typeof given === 'boolean' ? {} : { [given.key]: value }
}

/** The layer's index in a list of `layer_types`, or the type that a rule gives where the list is absent. */
export function typeAt(
  fields: Fields,
  key: string,
  index: number,
  layers: number,
  rule: (index: number) => string | undefined,
): string {
  const listed = fields.list(key, layers)
  if (listed !== undefined) {
    const type = listed[index]
    if (typeof type === 'string') return type
    throw fields.refuse(key, `${JSON.stringify(key)} should hold texts`)
  }
  const type = rule(index)
  if (type !== undefined) return type
  return fields.text(key)
}
