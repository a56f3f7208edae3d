import type { Architecture } from '../catalog/model.ts'
import { type Tensor, vector } from './tensor.ts'

/** Tensors before the layers, held by the first pipeline stage. */
export function firstTensors(architecture: Architecture): Tensor[] {
  const hidden = architecture.hidden_size
  const tensors = [table('embed_tokens', architecture.vocabulary_size + architecture.embedding_extra_rows, hidden)]
  if (architecture.learned_positions > 0) {
    tensors.push({ ...table('embed_positions', architecture.learned_positions, hidden), shard: 'replicated' })
  }
  if (architecture.per_layer_embedding_parameters > 0) {
    tensors.push(table('embed_tokens_per_layer', 1, architecture.per_layer_embedding_parameters))
  }
  if (architecture.vision_parameters > 0) {
    // Towers see image patches, not text tokens, so they add nothing to what a text token multiplies with.
    tensors.push({
      ...vector('vision', architecture.vision_parameters, 'column'),
      class: 'vision',
      activeCopies: 0,
    })
  }
  return tensors
}

/** Tensors after the layers, held by the last pipeline stage; a tied head is the embedding table and not listed again. */
export function lastTensors(architecture: Architecture): Tensor[] {
  const { hidden_size: hidden, vocabulary_size: vocabulary } = architecture
  const tensors: Tensor[] = []
  if (architecture.outer_norms > 0) {
    tensors.push(vector('norm', hidden * architecture.norm_vectors, 'replicated', architecture.outer_norms))
  }
  if (architecture.extra_parameters > 0) tensors.push(vector('extra', architecture.extra_parameters))
  if (!architecture.tied_embeddings) tensors.push(head('lm_head', hidden, vocabulary))
  if (architecture.head_bias) tensors.push(head('lm_head.bias', 1, vocabulary))
  return tensors
}

function head(name: string, inputs: number, outputs: number): Tensor {
  return { name, class: 'head', inputs, outputs, copies: 1, activeCopies: 1, shard: 'vocabulary', lora: null }
}

/** A look-up table: one row is read a token, nothing is multiplied. */
function table(name: string, rows: number, width: number): Tensor {
  return {
    name,
    class: 'embedding',
    inputs: rows,
    outputs: width,
    copies: 1,
    activeCopies: 0,
    shard: 'vocabulary',
    lora: null,
  }
}
