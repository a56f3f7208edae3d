import type { Fields } from '../fields.ts'
import { towerOf } from './tower.ts'

const COLOURS = 3

/**
 * One layer of a vision transformer with biases everywhere and two LayerNorms (modeling_siglip.py): 4 x (d x d + d) + 2 x d x I + I + d +
 * 2 x 2d.
 */
export function biasedLayer(width: number, inner: number): number {
  return 4 * (width * width + width) + 2 * width * inner + inner + width + 2 * 2 * width
}

/** SigLIP without its pooling head: patches with bias, a learned position for each, layers, a last LayerNorm (modeling_siglip.py). */
export function siglipTower(vision: Fields): number {
  const width = vision.count('hidden_size')
  const patch = vision.count('patch_size')
  const side = Math.floor(vision.count('image_size') / patch)
  const layers = vision.count('num_hidden_layers') * biasedLayer(width, vision.count('intermediate_size'))
  return COLOURS * patch * patch * width + width + side * side * width + layers + 2 * width
}

/** Class defaults of SiglipVisionConfig (configuration_siglip.py). */
const SIGLIP = {
  hidden_size: 768,
  intermediate_size: 3072,
  num_hidden_layers: 12,
  image_size: 224,
  patch_size: 16,
}

/** Gemma 3: SigLIP, then a matrix of tower width x text width and a norm before it (modeling_gemma3.py). */
export const gemma3Vision = towerOf({
  defaults: SIGLIP,
  count(vision, hidden) {
    const width = vision.count('hidden_size')
    return siglipTower(vision) + width * hidden + width
  },
  image(vision, file) {
    const side = vision.count('image_size')
    return { tokens: file.maybeCount('mm_tokens_per_image') ?? GEMMA3_TOKENS, values: COLOURS * side * side }
  },
  published: [
    // google/gemma-3-4b-it, 12b and 27b config.json.
    {
      hidden_size: 1152,
      image_size: 896,
      intermediate_size: 4304,
      model_type: 'siglip_vision_model',
      num_attention_heads: 16,
      num_hidden_layers: 27,
      patch_size: 14,
      vision_use_head: false,
    },
  ],
  beside: { mm_tokens_per_image: 256 },
})
/** Class default of Gemma3Config (configuration_gemma3.py). */
const GEMMA3_TOKENS = 256

/** Cohere 2 Vision: SigLIP, `downsample_factor` squared patches joined, a gated MLP into the text width (modeling_cohere2_vision.py). */
export const cohereVision = towerOf({
  defaults: SIGLIP,
  count(vision, hidden, file) {
    const joined = vision.count('hidden_size') * (file.maybeCount('downsample_factor') ?? 2) ** 2
    const inner = file.count('alignment_intermediate_size')
    return siglipTower(vision) + joined * inner + inner + (inner / 2) * hidden + hidden
  },
  published: [],
})
