import { towerOf } from './tower.ts'

const COLOURS = 3
/** Side of the two convolutions that halve the picture; each doubles the width. */
const KERNEL = 3

/**
 * Step 3.7's perception encoder: patches without bias, learned positions, a LayerNorm before the layers, layers with biases, two norms
 * and two scales; two convolutions with stride 2 and a matrix without bias into the text width (modeling_step3p7.py).
 */
export const stepVision = towerOf({
  // Class defaults of Step3p7VisionConfig (configuration_step3p7.py).
  defaults: { width: 1536, layers: 47, image_size: 728, patch_size: 14, mlp_ratio: 8960 / 1536 },
  count(vision, hidden) {
    const width = vision.count('width', 'hidden_size')
    const inner = Math.trunc(width * (vision.maybeNumber('mlp_ratio') ?? 0))
    const patch = vision.count('patch_size')
    const side = Math.floor(vision.count('image_size') / patch)
    const matrices = 4 * (width * width + width) + 2 * width * inner + inner + width
    const layer = matrices + 2 * 2 * width + 2 * width
    const halve = (inputs: number): number => inputs * 2 * inputs * KERNEL * KERNEL + 2 * inputs
    return (
      COLOURS * patch * patch * width +
      side * side * width +
      2 * width +
      vision.count('layers', 'num_hidden_layers') * layer +
      halve(width) +
      halve(2 * width) +
      4 * width * hidden
    )
  },
  published: [
    // stepfun-ai/Step-3.7-Flash config.json.
    { width: 1536, layers: 47, heads: 16, image_size: 728, patch_size: 14, mlp_ratio: 8960 / 1536 },
  ],
})
