import { towerOf } from './tower.ts'

const COLOURS = 3
/** Matrices of the gated MLP. */
const GATED = 3

/**
 * Mistral 3: the Pixtral encoder (no biases, RMSNorm), then a norm, a merger of `spatial_merge_size` squared patches and two matrices
 * without biases (modeling_pixtral.py, modeling_mistral3.py).
 */
export const mistral3Vision = towerOf({
  // Class defaults of PixtralVisionConfig (configuration_pixtral.py).
  defaults: { hidden_size: 1024, intermediate_size: 4096, num_hidden_layers: 24, patch_size: 16 },
  count(vision, hidden, file) {
    const width = vision.count('hidden_size')
    const merged = (file.maybeCount('spatial_merge_size') ?? 2) ** 2
    const bias = file.flag('multimodal_projector_bias', false) ? 2 * hidden : 0
    const layer = 4 * width * width + GATED * width * vision.count('intermediate_size') + 2 * width
    return (
      COLOURS * vision.count('patch_size') ** 2 * width +
      width +
      vision.count('num_hidden_layers') * layer +
      width +
      merged * width * width +
      width * hidden +
      hidden * hidden +
      bias
    )
  },
  published: [
    // mistralai/Mistral-Small-3.1-24B-Instruct-2503 config.json.
    {
      head_dim: 64,
      hidden_size: 1024,
      image_size: 1540,
      intermediate_size: 4096,
      model_type: 'pixtral',
      num_attention_heads: 16,
      num_hidden_layers: 24,
      patch_size: 14,
    },
  ],
  beside: { spatial_merge_size: 2 },
})
