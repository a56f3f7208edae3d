import { type ConfigKeys, NotExpressible } from '../family.ts'
import type { Fields } from '../fields.ts'
import type { MlpInput } from '../shape.ts'
import { asDense, type DenseTraits, dense, type Moe } from './dense.ts'
import type { MlpPart } from './part.ts'
import { everyLayer, type Sparse } from './sparse.ts'

export type MoeInput = Extract<MlpInput, { kind: 'moe' }>

/** How wide the shared experts are: a key of its own, or a number of experts as wide as a routed one, or always one such. */
type Shared = { readonly width: string } | { readonly count: string; readonly absent?: number } | 'one'

export interface ExpertTraits {
  readonly experts: string
  readonly chosen: string
  /** Key of the width of one routed expert. */
  readonly width: string
  readonly shared?: Shared
  /** Which layers have experts; all of them where absent. */
  readonly sparse?: Sparse
  /** The MLP of the other layers. */
  readonly dense?: DenseTraits
  readonly gated?: boolean
  readonly expertBias?: boolean
  /** One learned correction per expert, always or where the keys say so. */
  readonly correction?: boolean | { read(fields: Fields): boolean; write(value: boolean): ConfigKeys }
  readonly sharedGate?: boolean
  /** Further traits of a family. */
  readonly more?: { read(fields: Fields): Partial<MoeInput>; write(moe: Moe): ConfigKeys }
}

/** Mixture of experts in all or some layers, dense MLPs in the others. */
export function experts(traits: ExpertTraits): MlpPart {
  const { sparse = everyLayer, correction = false } = traits
  const otherwise = dense(traits.dense)
  return {
    read(fields, index, layers): MlpInput {
      if (!sparse.read(fields, index, layers)) return otherwise.read(fields, index, layers)
      const width = fields.countAt(traits.width, index, layers) ?? fields.count(traits.width)
      const shared = readShared(fields, traits.shared, width, index, layers)
      const corrected = typeof correction === 'boolean' ? correction : correction.read(fields)
      return {
        kind: 'moe',
        experts: fields.count(traits.experts),
        experts_per_token: fields.countAt(traits.chosen, index, layers) ?? fields.count(traits.chosen),
        intermediate_size: width,
        ...(shared > 0 ? { shared_intermediate_size: shared } : {}),
        ...(traits.gated === false ? { gated: false } : {}),
        ...(traits.expertBias === true ? { expert_bias: true } : {}),
        ...(corrected ? { router_correction: true } : {}),
        ...(traits.sharedGate === true && shared > 0 ? { shared_gate: true } : {}),
        ...traits.more?.read(fields),
      }
    },
    write(values, layers) {
      const moe = values.find((value): value is Moe => value.kind === 'moe')
      if (moe === undefined) throw new NotExpressible('no layer with experts')
      const denseLayer = values.find((value) => value.kind === 'dense')
      return {
        // First, because in some families the experts' width is the same key.
        ...(denseLayer === undefined ? {} : otherwise.write([asDense(denseLayer)], layers)),
        [traits.experts]: moe.experts,
        [traits.chosen]: moe.experts_per_token,
        [traits.width]: moe.intermediate_size,
        ...writeShared(traits.shared, moe),
        ...sparse.write(values.map((value) => value.kind === 'moe')),
        ...(typeof correction === 'boolean' ? {} : correction.write(moe.router_correction)),
        ...traits.more?.write(moe),
      }
    },
  }
}

function readShared(fields: Fields, shared: Shared | undefined, width: number, index: number, layers: number): number {
  if (shared === undefined) return 0
  if (shared === 'one') return width
  if ('width' in shared) return fields.has(shared.width) ? fields.whole(shared.width) : 0
  if (Array.isArray(fields.raw(shared.count))) return (fields.countAt(shared.count, index, layers) ?? 0) * width
  return fields.whole(shared.count, shared.absent ?? 0) * width
}

function writeShared(shared: Shared | undefined, moe: Moe): ConfigKeys {
  const width = moe.shared_intermediate_size
  if (shared === undefined) {
    if (width > 0) throw new NotExpressible('shared experts, which the family does not have')
    return {}
  }
  if (shared === 'one') {
    if (width !== moe.intermediate_size)
      throw new NotExpressible('a shared expert of another width than the routed ones')
    return {}
  }
  if ('width' in shared) return { [shared.width]: width }
  if (width % moe.intermediate_size !== 0)
    throw new NotExpressible('shared experts of another width than the routed ones')
  return { [shared.count]: width / moe.intermediate_size }
}
