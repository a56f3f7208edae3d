import { type Catalog, find } from '../catalog/catalog.ts'
import type { Model } from '../catalog/model.ts'
import { entryOf } from '../table.ts'
import type { StartLog } from './start-log.ts'

/** A catalog id, or why none is surely meant. */
export type Format = { readonly id: string } | { readonly unclear: string }

/** What engines call their weight formats (--quantization of vLLM and SGLang), where the name says it all. */
const ENGINE_NAMES: Readonly<Record<string, string>> = {
  fp8: 'fp8',
  fbgemm_fp8: 'fp8',
  modelopt_fp8: 'fp8',
  w8a8_fp8: 'fp8',
  awq: 'awq-int4',
  awq_marlin: 'awq-int4',
  gptq: 'gptq-int4',
  gptq_marlin: 'gptq-int4',
  auto_round: 'gptq-int4',
  'auto-round': 'gptq-int4',
  mxfp4: 'mxfp4',
  gpt_oss_mxfp4: 'mxfp4',
  modelopt_fp4: 'nvfp4',
  modelopt_mixed: 'nvfp4',
  nvfp4: 'nvfp4',
  bitsandbytes: 'nf4',
  w8a8_int8: 'int8',
}

/** What checkpoints call themselves, for engine names that cover several formats (compressed-tensors, modelopt). */
const NAME_PARTS: readonly (readonly [RegExp, string])[] = [
  [/nvfp4|fp4/i, 'nvfp4'],
  [/fp8/i, 'fp8'],
  [/w4a16|int4|4bit|awq/i, 'awq-int4'],
  [/w8a8|int8/i, 'int8'],
]

/** 16-bit formats by the name of PyTorch. */
const DTYPES: Readonly<Record<string, string>> = { bfloat16: 'bf16', float16: 'fp16', half: 'fp16', float32: 'fp32' }

/** The weight format in the words of the catalog. A log without a word on it runs the checkpoint as it was released. */
export function weightFormat(log: StartLog, model: Model, catalog: Catalog): Format {
  const { quantization, dtype } = log.flags
  if (log.engine === 'llama.cpp') return ggufFormat(quantization ?? typeInName(log.models), catalog)
  const native = model.native_quantization?.scheme
  if (quantization === undefined && native !== undefined) return { id: native }
  if (quantization === undefined || quantization === 'none') {
    return { id: entryOf(DTYPES, dtype?.replace('torch.', '') ?? '') ?? 'bf16' }
  }
  const named = Object.hasOwn(ENGINE_NAMES, quantization) ? ENGINE_NAMES[quantization] : undefined
  if (named !== undefined) return { id: named }
  const known = find(catalog, 'quantizations', quantization)
  if (known !== undefined) return { id: known.id }
  const [, id] = NAME_PARTS.find(([part]) => log.models.some((name) => part.test(name))) ?? []
  if (id !== undefined) return { id }
  return { unclear: `the log calls the weight format ${JSON.stringify(quantization)}, which stands for several` }
}

/** The type that files carry at the end of their name: `Qwen3.5-9B-Q4_K_M.gguf`. */
function typeInName(names: readonly string[]): string | undefined {
  for (const name of names) {
    const type = /[-._](I?Q\d[0-9A-Z_]{0,8}|F16|BF16|F32|MXFP4)(?:-\d{5}-of-\d{5})?\.gguf$/i.exec(name)?.[1]
    if (type !== undefined) return type
  }
  return undefined
}

/** `Q4_K - Medium`, `mostly Q8_0`, `IQ4_XS - 4.25 bpw`, `MXFP4 MoE`. */
function ggufFormat(type: string | undefined, catalog: Catalog): Format {
  if (type === undefined) return { unclear: 'the log does not name the type of the file' }
  const [, name = '', size] = /(?:mostly )?([A-Z0-9_]+)(?: - (Small|Medium|Large))?/i.exec(type) ?? []
  const id = `gguf-${name.toLowerCase()}${size === undefined ? '' : `_${size.charAt(0).toLowerCase()}`}`
  // Q2_K comes as "Q2_K - Medium" in some builds, and only in one size.
  const found = find(catalog, 'quantizations', id) ?? find(catalog, 'quantizations', id.replace(/_m$/, ''))
  return found === undefined
    ? { unclear: `no weight format of the catalog is the file type ${JSON.stringify(type)}` }
    : { id: found.id }
}

/** The KV-cache format; undefined where the engine's default runs (16 bit). */
export function kvFormat(log: StartLog, catalog: Catalog): Format | undefined {
  const name = log.flags.kv_cache
  if (name === undefined || name === 'auto' || Object.hasOwn(DTYPES, name)) return undefined
  const written = name.replace(/^torch\./, '')
  const found =
    find(catalog, 'kvFormats', written) ??
    [...catalog.kvFormats.values()].find(({ engine_values: values }) => values[log.engine] === written)
  if (found !== undefined) return found.id === 'bf16' ? undefined : { id: found.id }
  // fp8_ds_mla, float8_e4m3fn and the like differ in layout, not in size.
  if (/^(?:fp8|float8)/.test(written)) return { id: 'fp8' }
  return { unclear: `no KV-cache format of the catalog is ${JSON.stringify(name)}` }
}
