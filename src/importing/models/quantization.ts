import { entryOf } from '../../table.ts'
import type { ConfigKeys } from './family.ts'
import { isMap, nameOf, type Values } from './fields.ts'

/** The weight format of a checkpoint in the catalog's words. */
export interface ReadQuantization {
  /** Id of a catalog quantization; absent: 16 bit, or not known. */
  readonly scheme?: string
  readonly note?: string
  /** What could not be understood, in sentences. */
  readonly problems: readonly string[]
}

type Reader = (config: Values, file: Values) => { scheme: string; note?: string } | undefined

/**
 * `quantization_config` by `quant_method`, as transformers' utils/quantization_config.py and the checkpoints of ModelOpt
 * (`quant_algo`) and compressed-tensors (`format`) write it.
 */
const METHODS: Readonly<Record<string, Reader>> = {
  fp8: (config, file) => {
    // DeepSeek V4 keeps its experts in 4 bits under the same method.
    if (file.expert_dtype === 'fp4') return { scheme: 'deepseek-v4-fp4', note: 'experts FP4, the rest FP8' }
    return { scheme: 'fp8', ...blockNote(config) }
  },
  fbgemm_fp8: () => ({ scheme: 'fp8', note: 'one scale for each output channel' }),
  mxfp4: () => ({ scheme: 'mxfp4' }),
  gptq: (config) => bitsOf(config, 'gptq-int4'),
  gptqmodel: (config) => bitsOf(config, 'gptq-int4'),
  awq: (config) => bitsOf(config, 'awq-int4'),
  aqlm: () => ({ scheme: 'int2' }),
  bitsandbytes: (config) => {
    if (config.load_in_8bit === true || config._load_in_8bit === true) return { scheme: 'int8-weight-only' }
    const fourBit = config.load_in_4bit === true || config._load_in_4bit === true
    return fourBit && config.bnb_4bit_quant_type === 'nf4' ? { scheme: 'nf4' } : undefined
  },
  modelopt: (config) => byAlgorithm(config),
  'compressed-tensors': (config) => compressedTensors(config),
}

/** What the file says of its weights, in `quantization_config` of its own or of its text model. */
export function quantizationOf(file: Values): ReadQuantization {
  const text = isMap(file.text_config) ? file.text_config : {}
  const config = [file.quantization_config, text.quantization_config, file.compression_config].find(isMap)
  if (config === undefined) return { problems: [] }
  const method = typeof config.quant_method === 'string' ? config.quant_method : 'modelopt'
  const found = entryOf(METHODS, method)?.(config, { ...file, ...text })
  if (found !== undefined) return { ...found, problems: [] }
  const details = ['quant_algo', 'format', 'bits', 'fmt'].flatMap((key) =>
    ['string', 'number'].includes(typeof config[key]) ? [`${key} ${String(config[key])}`] : [],
  )
  const what = [method, ...details].join(', ')
  return {
    problems: [`quantization_config (${what}) is no format of the catalog: the weights are planned as 16 bit`],
  }
}

function blockNote(config: Values): { note?: string } {
  const block = config.weight_block_size
  if (!Array.isArray(block)) return {}
  return {
    note: `blocks of ${block.map(nameOf).join(' x ')}, ${nameOf(config.activation_scheme ?? 'dynamic')} activation scales`,
  }
}

/** 4 or 8 bits of whole numbers; other widths are no format of the catalog. */
function bitsOf(config: Values, fourBits: string): { scheme: string; note?: string } | undefined {
  const bits = config.bits ?? config.w_bit
  const group = config.group_size ?? config.q_group_size
  if (bits === 8) return { scheme: 'int8-weight-only' }
  if (bits !== 4) return undefined
  return { scheme: fourBits, ...groupNote(group) }
}

/** Input channels that share a scale in the catalog's 4-bit formats. */
const USUAL_GROUP = 128

function groupNote(group: unknown): { note?: string } {
  if (typeof group !== 'number' || group === USUAL_GROUP) return {}
  return { note: `groups of ${group}; the format is counted with groups of ${USUAL_GROUP}` }
}

function byAlgorithm(config: Values): { scheme: string } | undefined {
  const inner = isMap(config.quantization) ? config.quantization : config
  const algorithm = inner.quant_algo
  if (algorithm === 'FP8') return { scheme: 'fp8' }
  if (algorithm === 'NVFP4') return { scheme: 'nvfp4' }
  if (algorithm === 'W4A16_AWQ' || algorithm === 'INT4_AWQ') return { scheme: 'awq-int4' }
  return undefined
}

/** Formats of compressed-tensors (vllm-project/compressed-tensors, config/base.py CompressionFormat). */
function compressedTensors(config: Values): { scheme: string; note?: string } | undefined {
  switch (config.format) {
    case 'mxfp4-pack-quantized':
      return { scheme: 'mxfp4' }
    case 'nvfp4-pack-quantized':
      return { scheme: 'nvfp4' }
    case 'float-quantized':
      return { scheme: 'fp8' }
    case 'int-quantized':
      return { scheme: 'int8' }
    case 'pack-quantized':
      return packed(config)
    default:
      return undefined
  }
}

/** Whole numbers packed into 32-bit words, without quantised activations. */
function packed(config: Values): { scheme: string; note?: string } | undefined {
  const groups = isMap(config.config_groups) ? Object.values(config.config_groups) : []
  const weights = groups.flatMap((group) => (isMap(group) && isMap(group.weights) ? [group.weights] : []))
  const [first] = weights
  if (first === undefined || weights.length > 1) return undefined
  const ignored = Array.isArray(config.ignore) ? config.ignore.map(String) : []
  const onlyExperts = ignored.some((name) => name.includes('self_attn'))
  if (first.num_bits === 4 && first.group_size === 32 && onlyExperts) return { scheme: 'int4-g32' }
  return bitsOf({ bits: first.num_bits, group_size: first.group_size }, 'gptq-int4')
}

/** `quantization_config` of a model released in a format; empty for formats without a published form. */
export function quantizationConfigOf(scheme: string): ConfigKeys {
  const fp8 = {
    activation_scheme: 'dynamic',
    fmt: 'e4m3',
    quant_method: 'fp8',
    weight_block_size: [128, 128],
  }
  switch (scheme) {
    case 'fp8':
      return { quantization_config: fp8 }
    case 'deepseek-v4-fp4':
      return { expert_dtype: 'fp4', quantization_config: fp8 }
    case 'mxfp4':
      return { quantization_config: { quant_method: 'mxfp4' } }
    case 'int4-g32':
      return { quantization_config: experts4Bit }
    default:
      return {}
  }
}

/** moonshotai/Kimi-K2.5 config.json. */
const experts4Bit = {
  quant_method: 'compressed-tensors',
  format: 'pack-quantized',
  config_groups: {
    group_0: {
      targets: ['Linear'],
      weights: { num_bits: 4, group_size: 32, strategy: 'group', symmetric: true, type: 'int' },
    },
  },
  ignore: ['lm_head', 're:.*self_attn.*', 're:.*shared_experts.*', 're:.*mlp\\.(gate|up|gate_up|down)_proj.*'],
}
