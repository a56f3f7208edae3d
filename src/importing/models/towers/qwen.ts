import { biasedLayer } from './siglip.ts'
import { towerOf } from './tower.ts'

const COLOURS = 3

/**
 * Qwen3-VL and Qwen3.5: patches of `temporal_patch_size` frames with bias, learned positions, layers, and a merger of
 * `spatial_merge_size` squared patches into the text width; one more merger for each of `deepstack_visual_indexes`, whose norm runs
 * over the joined patches (modeling_qwen3_vl.py, Qwen3VLVisionModel and Qwen3VLVisionPatchMerger).
 */
export const qwenVision = towerOf({
  // Class defaults of Qwen3VLVisionConfig (configuration_qwen3_vl.py).
  defaults: {
    depth: 27,
    hidden_size: 1152,
    intermediate_size: 4304,
    in_channels: COLOURS,
    patch_size: 16,
    spatial_merge_size: 2,
    temporal_patch_size: 2,
    num_position_embeddings: 2304,
    deepstack_visual_indexes: [8, 16, 24],
  },
  count(vision, hidden) {
    const width = vision.count('hidden_size')
    const output = vision.maybeCount('out_hidden_size') ?? hidden
    const patch = vision.count('patch_size')
    const joined = width * vision.count('spatial_merge_size') ** 2
    const merge = joined * joined + joined + joined * output + output
    const deepstack = vision.list('deepstack_visual_indexes')?.length ?? 0
    const pixels = vision.count('in_channels') * vision.count('temporal_patch_size') * patch * patch
    return (
      pixels * width +
      width +
      vision.count('num_position_embeddings') * width +
      vision.count('depth') * biasedLayer(width, vision.count('intermediate_size')) +
      (2 * width + merge) +
      deepstack * (2 * joined + merge)
    )
  },
  published: [
    // Qwen/Qwen3-VL-8B, 32B, 30B-A3B and 235B-A22B config.json; out_hidden_size is the text width.
    tower(27, 1152, 4304, [8, 16, 24]),
    // Qwen/Qwen3-VL-2B and 4B config.json.
    tower(24, 1024, 4096, [5, 11, 17]),
    // Qwen/Qwen3.5-27B, 35B-A3B, 122B-A10B and 397B-A17B config.json.
    tower(27, 1152, 4304, []),
  ],
})

function tower(depth: number, width: number, inner: number, deepstack: readonly number[]) {
  return {
    depth,
    hidden_size: width,
    intermediate_size: inner,
    in_channels: COLOURS,
    num_heads: 16,
    num_position_embeddings: 2304,
    patch_size: 16,
    spatial_merge_size: 2,
    temporal_patch_size: 2,
    deepstack_visual_indexes: deepstack,
  }
}
