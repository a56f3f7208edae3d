import { towerOf } from './tower.ts'

const COLOURS = 3
/** A table of positions for each of the two axes. */
const AXES = 2
/** Matrices of a gated MLP, norms of a layer, norms of query and key. */
const [GATED, NORMS, QK_NORMS] = [3, 4, 2]

/**
 * Gemma 4: patches without bias, two tables of positions, layers as in its text model without biases, and one matrix into the text
 * width (modeling_gemma4.py).
 */
export const gemma4Vision = towerOf({
  // Class defaults of Gemma4VisionConfig (configuration_gemma4.py).
  defaults: {
    hidden_size: 768,
    intermediate_size: 3072,
    num_hidden_layers: 16,
    num_attention_heads: 12,
    head_dim: 64,
    patch_size: 16,
    position_embedding_size: 10240,
  },
  count(vision, hidden) {
    const width = vision.count('hidden_size')
    const head = vision.count('head_dim')
    const heads = vision.count('num_attention_heads') * head
    const keys = (vision.maybeCount('num_key_value_heads') ?? vision.count('num_attention_heads')) * head
    const layer =
      2 * width * heads +
      2 * width * keys +
      QK_NORMS * head +
      GATED * width * vision.count('intermediate_size') +
      NORMS * width
    return (
      COLOURS * vision.count('patch_size') ** 2 * width +
      AXES * vision.count('position_embedding_size') * width +
      vision.count('num_hidden_layers') * layer +
      width * hidden
    )
  },
  published: [
    // google/gemma-4-26B-A4B and 31B config.json.
    {
      head_dim: 72,
      hidden_size: 1152,
      intermediate_size: 4304,
      model_type: 'gemma4_vision',
      num_attention_heads: 16,
      num_hidden_layers: 27,
      num_key_value_heads: 16,
      patch_size: 16,
      position_embedding_size: 10240,
    },
    // The class defaults, which google/gemma-4-E2B-it and E4B-it have.
    {
      head_dim: 64,
      hidden_size: 768,
      intermediate_size: 3072,
      model_type: 'gemma4_vision',
      num_attention_heads: 12,
      num_hidden_layers: 16,
      num_key_value_heads: 12,
      patch_size: 16,
      position_embedding_size: 10240,
    },
  ],
})
