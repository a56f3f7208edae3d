import { NotExpressible } from '../family.ts'
import type { Layer, MlpInput } from '../shape.ts'
import { type MlpPart, readSwitch, type Switch, writeSwitch } from './part.ts'

export type Dense = Extract<Layer['mlp'], { kind: 'dense' }>
export type Moe = Extract<Layer['mlp'], { kind: 'moe' }>

export interface DenseTraits {
  readonly key?: string
  /** Three matrices (SwiGLU, GeGLU) or two. */
  readonly gated?: boolean
  readonly bias?: Switch
  /** Width of the MLP in hidden sizes, where the file need not say it. */
  readonly hiddenSizes?: { readonly times: number; readonly hidden: string }
}

/** A dense MLP of one width. */
export function dense(traits: DenseTraits = {}): MlpPart {
  const { key = 'intermediate_size', gated = true, bias = false, hiddenSizes } = traits
  return {
    read(fields): MlpInput {
      const stated = fields.maybeCount(key)
      const width =
        stated ?? (hiddenSizes === undefined ? fields.count(key) : hiddenSizes.times * fields.count(hiddenSizes.hidden))
      const hasBias = readSwitch(fields, bias)
      return {
        kind: 'dense',
        intermediate_size: width,
        ...(gated ? {} : { gated }),
        ...(hasBias ? { bias: hasBias } : {}),
      }
    },
    write(values) {
      const first = asDense(values[0])
      return { [key]: first.intermediate_size, ...writeSwitch(bias, first.bias) }
    },
  }
}

export function asDense(mlp: Layer['mlp'] | undefined): Dense {
  if (mlp?.kind === 'dense') return mlp
  throw new NotExpressible('a layer without a dense MLP where one is expected')
}
