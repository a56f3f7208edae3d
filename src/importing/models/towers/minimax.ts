import { biasedLayer } from './siglip.ts'
import { towerOf } from './tower.ts'

const COLOURS = 3

/**
 * MiniMax-M3: patches of `temporal_patch_size` frames without bias, a LayerNorm before the layers, then two pairs of matrices with
 * biases through `projector_hidden_size`: of each patch, and of joined patches (modeling_minimax_m3_vl.py).
 */
export const minimaxVision = towerOf({
  // Class defaults of MiniMaxM3VLVisionConfig (configuration_minimax_m3_vl.py).
  defaults: {
    hidden_size: 1280,
    intermediate_size: 5120,
    num_hidden_layers: 32,
    patch_size: 14,
    temporal_patch_size: 2,
    spatial_merge_size: 2,
  },
  count(vision, hidden, file) {
    const width = vision.count('hidden_size')
    const projector = file.maybeCount('projector_hidden_size') ?? hidden
    const joined = hidden * vision.count('spatial_merge_size') ** 2
    const tower =
      COLOURS * vision.count('temporal_patch_size') * vision.count('patch_size') ** 2 * width +
      vision.count('num_hidden_layers') * biasedLayer(width, vision.count('intermediate_size')) +
      2 * width
    const pair = (inputs: number): number => inputs * projector + projector + projector * hidden + hidden
    return tower + pair(width) + pair(joined)
  },
  published: [
    // MiniMaxAI/MiniMax-M3: the class defaults.
    {
      hidden_size: 1280,
      intermediate_size: 5120,
      num_attention_heads: 16,
      num_hidden_layers: 32,
      patch_size: 14,
      temporal_patch_size: 2,
      spatial_merge_size: 2,
    },
  ],
  beside: { projector_hidden_size: 6144 },
})
