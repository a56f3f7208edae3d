import type { Attention } from '../catalog/model.ts'
import type { Quantization } from '../catalog/quantization.ts'

/** llama.cpp names two tensors that "_M" mixes raise; these are the names they have in a tensor list. */
const RAISED = {
  attn_v: ['v_proj'],
  ffn_down: ['down_proj', 'experts.down_proj', 'shared_experts.down_proj', 'dense.down_proj'],
}

/** Depth that llama.cpp recognises as the 70B class. */
const GROUPED_V_LAYERS = 80
const GROUPED_V_QUERIES = 8

/**
 * Whether a mix raises layer i of L: the first and last eighth and every third between, in whole numbers
 * (ggml-org/llama.cpp src/llama-quant.cpp `use_more_bits`).
 */
export function isRaisedLayer(layer: number, layerCount: number): boolean {
  const eighth = Math.floor(layerCount / 8)
  return layer < eighth || layer >= Math.floor((7 * layerCount) / 8) || (layer - eighth) % 3 === 2
}

/** Bits of a tensor that a GGUF mix treats apart, in a raised layer or another; undefined where it follows its class. */
export function mixedBits(
  mix: NonNullable<Quantization['gguf']>,
  tensor: string,
  isRaised: boolean,
  layerCount: number,
  attention: Attention,
): number | undefined {
  const raised =
    isRaised && mix.raised_tensors.some((name) => RAISED[name].includes(tensor)) ? mix.raised_bits : undefined
  if (!RAISED.attn_v.includes(tensor) || !hasGroupedValues(attention, layerCount)) return raised
  return raised ?? mix.grouped_v_bits
}

/** 70B shapes: eight query heads share a value head, so its matrix is small and the layers that are not raised get more bits too. */
function hasGroupedValues(attention: Attention, layerCount: number): boolean {
  return (
    attention.kind === 'softmax' &&
    attention.heads / attention.kv_heads === GROUPED_V_QUERIES &&
    layerCount === GROUPED_V_LAYERS
  )
}
