/** The config.json of a model small enough to write its weights out: hidden 8, two heads of 4, one of them for keys and values. */
export function tinyLlama(layers: number) {
  return {
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    hidden_size: 8,
    intermediate_size: 16,
    max_position_embeddings: 128,
    num_attention_heads: 2,
    num_hidden_layers: layers,
    num_key_value_heads: 1,
    tie_word_embeddings: false,
    torch_dtype: 'bfloat16',
    vocab_size: 32,
  }
}

/** Its tensors: 32 x 8 twice, and in each layer 8x8 + 2 x 8x4 + 8x8 + 3 x 8x16 + 2 x 8; a last norm of 8. */
export function tinyLlamaTensors(layers: number): Readonly<Record<string, readonly number[]>> {
  const tensors: Record<string, readonly number[]> = {
    'model.embed_tokens.weight': [32, 8],
    'model.norm.weight': [8],
    'lm_head.weight': [32, 8],
  }
  for (let layer = 0; layer < layers; layer += 1) {
    for (const [name, shape] of Object.entries(LAYER)) tensors[`model.layers.${layer}.${name}`] = shape
  }
  return tensors
}

const LAYER: Readonly<Record<string, readonly number[]>> = {
  'self_attn.q_proj.weight': [8, 8],
  'self_attn.k_proj.weight': [4, 8],
  'self_attn.v_proj.weight': [4, 8],
  'self_attn.o_proj.weight': [8, 8],
  'mlp.gate_proj.weight': [16, 8],
  'mlp.up_proj.weight': [16, 8],
  'mlp.down_proj.weight': [8, 16],
  'input_layernorm.weight': [8],
  'post_attention_layernorm.weight': [8],
}

/** The start of a file of safetensors (huggingface/safetensors README): length of the header, header; and how long its data is. */
export function safetensorsStart(tensors: Readonly<Record<string, readonly number[]>>, dtype = 'BF16') {
  let dataBytes = 0
  const entries = Object.entries(tensors).map(([name, shape]) => {
    const start = dataBytes
    dataBytes += 2 * shape.reduce((product, each) => product * each, 1)
    return [name, { dtype, shape, data_offsets: [start, dataBytes] }]
  })
  const header = Buffer.from(JSON.stringify({ __metadata__: { format: 'pt' }, ...Object.fromEntries(entries) }))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(header.length))
  return { start: Buffer.concat([length, header]), dataBytes }
}
