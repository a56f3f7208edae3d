import { towerOf } from './tower.ts'

const COLOURS = 3

/**
 * Llama 4: patches without bias, a class token, positions, layers with biases, two LayerNorms around them; an adapter of two matrices
 * and a projector, without biases (modeling_llama4.py).
 */
export const llama4Vision = towerOf({
  // Class defaults of Llama4VisionConfig (configuration_llama4.py).
  defaults: {
    hidden_size: 768,
    num_hidden_layers: 34,
    intermediate_size: 5632,
    vision_output_dim: 7680,
    image_size: 448,
    patch_size: 14,
    projector_input_dim: 4096,
    projector_output_dim: 4096,
  },
  count(vision, hidden) {
    const width = vision.count('hidden_size')
    const inner = vision.count('intermediate_size')
    const patch = vision.count('patch_size')
    const positions = Math.floor(vision.count('image_size') / patch) ** 2 + 1
    const layer = 4 * (width * width + width) + 2 * width * inner + inner + width + 2 * 2 * width
    const [projected, output] = [vision.count('projector_input_dim'), vision.count('projector_output_dim')]
    return (
      COLOURS * patch * patch * width +
      width +
      positions * width +
      2 * 2 * width +
      vision.count('num_hidden_layers') * layer +
      inner * projected +
      projected * output +
      vision.count('vision_output_dim') * hidden
    )
  },
  published: [
    // meta-llama/Llama-4-Scout-17B-16E and Maverick-17B-128E config.json.
    {
      hidden_size: 1408,
      image_size: 336,
      intermediate_size: 5632,
      model_type: 'llama4_vision_model',
      num_attention_heads: 16,
      num_hidden_layers: 34,
      patch_size: 14,
      pixel_shuffle_ratio: 0.5,
      projector_input_dim: 4096,
      projector_output_dim: 4096,
      vision_output_dim: 4096,
    },
  ],
})

/**
 * Llama 3.2 Vision: patches without bias, a class token, gated positions of patches and of tiles, tile embeddings before and after the
 * layers, local and gated global layers, and a projector with bias (modeling_mllama.py).
 */
export const mllamaVision = towerOf({
  // Class defaults of MllamaVisionConfig (configuration_mllama.py).
  defaults: {
    hidden_size: 1280,
    num_hidden_layers: 32,
    num_global_layers: 8,
    intermediate_size: 5120,
    vision_output_dim: 7680,
    image_size: 448,
    patch_size: 14,
    max_num_tiles: 4,
  },
  count(vision, hidden) {
    const width = vision.count('hidden_size')
    const inner = vision.count('intermediate_size')
    const patch = vision.count('patch_size')
    const tiles = vision.count('max_num_tiles')
    const positions = Math.floor(vision.count('image_size') / patch) ** 2 + 1
    // One entry for each arrangement of at most so many tiles, and one for none.
    const arrangements = (vision.list('supported_aspect_ratios')?.length ?? RATIOS_OF_FOUR) + 1
    const layer = 4 * width * width + 2 * width * inner + inner + width + 2 * 2 * width
    const gate = 1
    const embeddings =
      COLOURS * patch * patch * width +
      width +
      (gate + positions * width) +
      arrangements * tiles * positions * width +
      2 * (gate + arrangements * tiles * width) +
      2 * 2 * width
    const layers = vision.count('num_hidden_layers') * layer
    const globalLayers = vision.count('num_global_layers') * (layer + 2 * gate)
    return embeddings + layers + globalLayers + vision.count('vision_output_dim') * hidden + hidden
  },
  published: [
    // meta-llama/Llama-3.2-11B-Vision and 90B-Vision config.json; the Instruct files have image_size 560.
    mllamaTower(448),
    mllamaTower(560),
  ],
})
/** Arrangements of up to four tiles: 1x1 to 1x4, 2x1, 2x2, 3x1, 4x1 (configuration_mllama.py). */
const RATIOS_OF_FOUR = 8

function mllamaTower(imageSize: number) {
  return {
    hidden_size: 1280,
    image_size: imageSize,
    intermediate_size: 5120,
    max_num_tiles: 4,
    model_type: 'mllama_vision_model',
    num_global_layers: 8,
    num_hidden_layers: 32,
    patch_size: 14,
    vision_output_dim: 7680,
  }
}
