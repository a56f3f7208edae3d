import { biasedLayer } from './siglip.ts'
import { towerOf } from './tower.ts'

const COLOURS = 3

/**
 * Kimi K2.5: patches with bias, a table of positions, layers, a last LayerNorm, and a projector of joined patches into the text width
 * behind a norm (moonshotai modeling_kimi_k25.py). Positions in time are computed, not learned.
 */
export const kimiVision = towerOf({
  count(vision, hidden) {
    const width = vision.count('vt_hidden_size')
    const patch = vision.count('patch_size')
    const merge = vision.list('merge_kernel_size') ?? [2, 2]
    const joined = merge.reduce<number>((product, each) => product * Number(each), width)
    const positions = vision.count('init_pos_emb_height') * vision.count('init_pos_emb_width')
    const layers = vision.count('vt_num_hidden_layers') * biasedLayer(width, vision.count('vt_intermediate_size'))
    const tower = COLOURS * patch * patch * width + width + positions * width + layers + 2 * width
    return tower + 2 * width + (joined * joined + joined) + (joined * hidden + hidden)
  },
  published: [
    // moonshotai/Kimi-K2.5 config.json.
    {
      init_pos_emb_height: 64,
      init_pos_emb_time: 4,
      init_pos_emb_width: 64,
      merge_kernel_size: [2, 2],
      mm_hidden_size: 1152,
      mm_projector_type: 'patchmerger',
      patch_size: 14,
      vt_hidden_size: 1152,
      vt_intermediate_size: 4304,
      vt_num_attention_heads: 16,
      vt_num_hidden_layers: 27,
    },
  ],
})
