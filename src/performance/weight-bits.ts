import type { Quantization } from '../catalog/quantization.ts'
import { isRaisedLayer, mixedBits } from '../memory/gguf-mix.ts'
import { Remembered } from '../memory/remembered.ts'
import { stageKinds } from '../memory/stages.ts'
import type { ModelTensors } from '../model/tensors.ts'

/** Stored bits of a parameter, averaged over the tensors that a step reads. */
export interface WeightBits {
  readonly linear: number
  readonly head: number
  readonly expert: number
}

const remembered = new Remembered<WeightBits>()

/**
 * Bits that a step reads of each parameter. Most formats store a class of tensors alike; GGUF mixes raise some tensors of some layers
 * (Q4_K_M: 4.5 to 6.6 bits, 4.8 on average). `tensors` null: nothing but the parameter count is known.
 */
export function weightBits(tensors: ModelTensors | null, quantization: Quantization): WeightBits {
  const { bits, other_bits: other, gguf } = quantization
  const plain = {
    linear: bits.linear ?? other,
    head: gguf?.head_bits ?? bits.head ?? other,
    expert: bits.expert ?? other,
  }
  if (tensors === null || gguf === undefined) return plain
  return remembered.recall(tensors, [quantization], () => {
    const layers = tensors.layerCount
    const whole = { index: 0, firstLayer: 0, layers, first: true, last: true }
    const sums = { linear: { bits: 0, parameters: 0 }, expert: { bits: 0, parameters: 0 } }
    for (const { kind, layers: alike, class: isRaised } of stageKinds(tensors, whole, (layer) =>
      isRaisedLayer(layer, layers),
    )) {
      for (const tensor of kind.tensors) {
        if (tensor.class !== 'linear' && tensor.class !== 'expert') continue
        const parameters = tensor.inputs * tensor.outputs * tensor.copies * alike
        const sum = sums[tensor.class]
        sum.parameters += parameters
        sum.bits += parameters * (mixedBits(gguf, tensor.name, isRaised, layers, kind.attention) ?? plain[tensor.class])
      }
    }
    const mean = (name: 'linear' | 'expert'): number =>
      sums[name].parameters === 0 ? plain[name] : sums[name].bits / sums[name].parameters
    return { linear: mean('linear'), head: plain.head, expert: mean('expert') }
  })
}
