import { describe, expect, it } from 'vitest'
import { readConfig } from '../../../src/importing/models/config.ts'
import { rangeText } from '../../../src/importing/models/shape.ts'
import { parseLayerRange } from '../../../src/model/layers.ts'
import { countParameters } from '../../../src/model/parameters.ts'
import { describeModel } from '../../../src/model/tensors.ts'
import { InputError } from '../../../src/scenario/diagnostic.ts'

/** meta-llama/Llama-3.2-1B, the keys that count. */
const LLAMA = {
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  hidden_size: 2048,
  intermediate_size: 8192,
  max_position_embeddings: 131072,
  num_attention_heads: 32,
  num_hidden_layers: 16,
  num_key_value_heads: 8,
  tie_word_embeddings: true,
  torch_dtype: 'bfloat16',
  vocab_size: 128256,
}

/** google/gemma-3-4b-it config.json, whose text model leaves most keys to Gemma3TextConfig. */
const GEMMA_3_4B = {
  architectures: ['Gemma3ForConditionalGeneration'],
  mm_tokens_per_image: 256,
  model_type: 'gemma3',
  text_config: {
    hidden_size: 2560,
    intermediate_size: 10240,
    model_type: 'gemma3_text',
    num_hidden_layers: 34,
    rope_scaling: { factor: 8.0, rope_type: 'linear' },
    sliding_window: 1024,
  },
  torch_dtype: 'bfloat16',
  vision_config: {
    hidden_size: 1152,
    image_size: 896,
    intermediate_size: 4304,
    model_type: 'siglip_vision_model',
    num_attention_heads: 16,
    num_hidden_layers: 27,
    patch_size: 14,
    vision_use_head: false,
  },
}

function total(config: unknown): number {
  return countParameters(describeModel(readConfig(config).architecture)).total
}

function problem(config: unknown): InputError {
  try {
    readConfig(config)
  } catch (error) {
    if (error instanceof InputError) return error
    throw error
  }
  throw new Error('an error is expected')
}

describe('fields that decide the parameters, worked by hand', () => {
  // 128256 x 2048 + 16 x (2048 x 2048 x 2 + 2048 x 512 x 2 + 3 x 2048 x 8192 + 2 x 2048) + 2048
  const base = 262_668_288 + 16 * (8_388_608 + 2_097_152 + 50_331_648 + 4096) + 2048

  it('Llama 3.2 1B: 1,235,814,400', () => {
    expect(base).toBe(1_235_814_400)
    expect(total(LLAMA)).toBe(base)
  })

  it.each([
    ['an untied head adds its table', { tie_word_embeddings: false }, 128256 * 2048],
    ['the class does not tie where the file is silent', { tie_word_embeddings: undefined }, 128256 * 2048],
    ['biases of attention: q, k, v and output', { attention_bias: true }, 16 * (2048 + 512 + 512 + 2048)],
    ['biases of the MLP: gate, up and down', { mlp_bias: true }, 16 * (8192 + 8192 + 2048)],
    ['heads of their own width', { head_dim: 128 }, 16 * (8_388_608 + 2_097_152)],
    ['as many key heads as heads where the file is silent', { num_key_value_heads: undefined }, 16 * 2 * 2048 * 1536],
  ])('%s', (_, change, difference) => {
    expect(total({ ...LLAMA, ...change }) - base).toBe(difference)
  })

  it('class defaults of a nested text model, which are named: Gemma 3 4B has 4,300,079,472', () => {
    expect(total(GEMMA_3_4B)).toBe(4_300_079_472)
    const { notes, architecture } = readConfig(GEMMA_3_4B)
    expect(notes).toContain('num_attention_heads: 8, the default of the class; the file leaves it out')
    expect(architecture.vision_image).toEqual({ tokens: 256, values: 3 * 896 * 896 })
    // Full layers see 8 x 131072 positions by rope_scaling.
    expect(architecture.rope_tables).toEqual([
      { rows: 1_048_576, width: 256 },
      { rows: 131_072, width: 256 },
    ])
  })

  it('Mistral: no key means the window of the class, null means none', () => {
    const mistral = { ...LLAMA, architectures: ['MistralForCausalLM'], model_type: 'mistral' }
    const window = (config: object) => readConfig(config).architecture.layers[0]?.attention
    expect(window(mistral)).toHaveProperty('window', { size: 4096, mode: 'sliding' })
    expect(window({ ...mistral, sliding_window: null })).not.toHaveProperty('window')
    expect(window({ ...mistral, sliding_window: 1024 })).toHaveProperty('window.size', 1024)
  })

  it('Qwen 2: windows from a layer on, where they are used', () => {
    const qwen = { ...LLAMA, architectures: ['Qwen2ForCausalLM'], model_type: 'qwen2', max_window_layers: 12 }
    const layers = (config: object) => readConfig(config).architecture.layers.map((group) => group.layers)
    expect(layers({ ...qwen, sliding_window: 4096, use_sliding_window: false })).toEqual(['0-15'])
    expect(layers({ ...qwen, sliding_window: 4096, use_sliding_window: true })).toEqual(['0-11', '12-15'])
  })

  it('a Falcon from before the keys of today', () => {
    // tiiuae/falcon-7b config.json of 2023: n_layer, n_head, multi_query.
    const config = {
      alibi: false,
      architectures: ['FalconForCausalLM'],
      bias: false,
      hidden_size: 4544,
      model_type: 'falcon',
      multi_query: true,
      n_head: 71,
      n_layer: 32,
      parallel_attn: true,
      torch_dtype: 'bfloat16',
      vocab_size: 65024,
    }
    expect(total(config)).toBe(6_921_720_704)
  })
})

describe('refusals name the field', () => {
  it('an unknown type', () => {
    const error = problem({ ...LLAMA, architectures: ['LlamoForCausalLM'], model_type: 'llamo' })
    expect(error.message).toContain('the model_type llamo is not known, and its fields are not guessed; llama is known')
    expect(error.message).toContain('hidden_size, vocabulary_size')
    expect(error.diagnostics[0]?.path).toEqual(['model_type'])
  })

  it('an unknown class of a known type', () => {
    const error = problem({ ...LLAMA, architectures: ['LlamaMoEForCausalLM'] })
    expect(error.message).toContain('the class LlamaMoEForCausalLM of model_type llama is not known')
  })

  it('neither type nor class', () => {
    expect(problem({ hidden_size: 8 }).message).toContain('the field "model_type" is missing')
  })

  it.each(['hidden_size', 'num_hidden_layers', 'num_attention_heads', 'intermediate_size', 'vocab_size'])(
    'a missing %s',
    (key) => {
      const message = problem({ ...LLAMA, [key]: undefined }).message
      expect(message).toContain(`config.json of model_type llama: the field "${key}" is missing`)
    },
  )

  it.each([
    [{ hidden_size: '2048' }, '"hidden_size" should be a whole number above 0, got "2048"'],
    [{ num_hidden_layers: -1 }, '"num_hidden_layers" should be a whole number above 0, got -1'],
    [{ num_attention_heads: 30 }, '30 num_attention_heads do not divide hidden_size 2048'],
    [{ tie_word_embeddings: 'yes' }, '"tie_word_embeddings" should be true or false, got "yes"'],
    [{ torch_dtype: 'posit16' }, 'the dtype "posit16" is not known'],
    [{ hidden_size: 2 ** 49, head_dim: 64 }, 'describes'],
    [{ num_hidden_layers: 1e12 }, 'more layers than any model has'],
  ])('%j', (change, message) => {
    expect(problem({ ...LLAMA, ...change }).message).toContain(message)
  })

  it('a list of layers that is too short', () => {
    const config = {
      ...LLAMA,
      architectures: ['Olmo3ForCausalLM'],
      model_type: 'olmo3',
      sliding_window: 4096,
      layer_types: ['full_attention'],
    }
    expect(problem(config).message).toContain('"layer_types" has 1 entries for 16 layers')
  })

  it.each([null, [], 'text', 7])('%j in place of a map', (value) => {
    expect(problem(value).message).toContain('config.json should be a map of keys')
  })
})

describe('the format of the weights', () => {
  const scheme = (quantization_config: unknown) => readConfig({ ...LLAMA, quantization_config }).quantization?.scheme
  const packed = { quant_method: 'compressed-tensors', format: 'pack-quantized' }
  const weights = (num_bits: number, group_size: number) => ({
    config_groups: { a: { weights: { num_bits, group_size } } },
  })

  it.each([
    [{ quant_method: 'gptq', bits: 4, group_size: 128 }, 'gptq-int4'],
    [{ quant_method: 'gptq', bits: 8, group_size: 128 }, 'int8-weight-only'],
    [{ quant_method: 'awq', bits: 4, group_size: 128, zero_point: true }, 'awq-int4'],
    [{ quant_method: 'bitsandbytes', load_in_4bit: true, bnb_4bit_quant_type: 'nf4' }, 'nf4'],
    [{ quant_method: 'bitsandbytes', load_in_8bit: true }, 'int8-weight-only'],
    [{ quant_method: 'fp8', fmt: 'e4m3', weight_block_size: [128, 128] }, 'fp8'],
    [{ quant_method: 'mxfp4' }, 'mxfp4'],
    [{ quant_method: 'modelopt', quant_algo: 'NVFP4' }, 'nvfp4'],
    [{ ...packed, ...weights(4, 128) }, 'gptq-int4'],
    [{ ...packed, ...weights(8, -1) }, 'int8-weight-only'],
    [{ ...packed, format: 'float-quantized' }, 'fp8'],
    [{ ...packed, format: 'int-quantized' }, 'int8'],
    [{ ...packed, format: 'nvfp4-pack-quantized' }, 'nvfp4'],
  ])('%j', (config, expected) => {
    expect(scheme(config)).toBe(expected)
  })

  it.each([
    { quant_method: 'gptq', bits: 3 },
    { quant_method: 'hqq' },
    { quant_method: 'modelopt', quant_algo: 'MIXED_PRECISION' },
    { quant_method: 'bitsandbytes', load_in_4bit: true, bnb_4bit_quant_type: 'fp4' },
    { ...packed, ...weights(3, 128) },
  ])('%j is no format of the catalog, which is said', (quantization_config) => {
    const { quantization, notes } = readConfig({ ...LLAMA, quantization_config })
    expect(quantization).toBeUndefined()
    expect(notes.join()).toContain('is no format of the catalog: the weights are planned as 16 bit')
  })
})

describe('layer ranges', () => {
  it.each([
    [[0], '0'],
    [[0, 1, 2, 3], '0-3'],
    [[3, 7, 11], '3-11/4'],
    [[0, 1, 2, 4, 5, 6], '0-2,4-6'],
    [[1, 3], '1,3'],
    [[0, 5, 6, 9], '0,5-6,9'],
  ])('%j is %s', (indices, text) => {
    expect(rangeText(indices)).toBe(text)
  })

  it('are read back as they were, whatever the layers', () => {
    let seed = 7
    const random = () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31
      return seed / 2 ** 31
    }
    for (let round = 0; round < 300; round++) {
      const share = random()
      const indices = Array.from({ length: 80 }, (_, index) => index).filter(() => random() < share)
      if (indices.length > 0) expect(parseLayerRange(rangeText(indices)).sort((a, b) => a - b)).toEqual(indices)
    }
  })
})
