import type { Architecture } from '../../../catalog/model.ts'
import { countParameters } from '../../../model/parameters.ts'
import { describeModel } from '../../../model/tensors.ts'
import { count, gb, percent } from '../../../units.ts'
import type { ReadConfig } from '../config.ts'
import type { Check } from '../imported.ts'
import { layersOf } from '../shape.ts'
import type { Checkpoint, StoredTensor } from './checkpoint.ts'

/** Parameters may differ by this share before a check fails: rotary buffers and scales that old files store. */
const TOLERANCE = 1e-3

const BYTES: Readonly<Record<Architecture['dtype'], number>> = { bfloat16: 2, float16: 2, float32: 4 }

/** How well the description agrees with the checkpoint: layers, parameters or bytes, and tensors that decide a field. */
export function compareCheckpoint(read: ReadConfig, checkpoint: Checkpoint): Check[] {
  const layers = layersOf(read.architecture)
  const isDraft = (name: string): boolean =>
    isDraftName(name) || (read.draftLayers > 0 && isBeyond(name, layers.length))
  const own = checkpoint.names.filter((name) => !isDraft(name) && !isTower(name))
  return [
    ...sizeCheck(read, checkpoint, isDraft),
    layerCheck(own, layers.length),
    ...presence(read.architecture, layers, own),
  ]
}

/** Index of the layer a tensor belongs to; undefined outside the layers. */
function layerOf(name: string): number | undefined {
  const match = /(?:^|\.)(?:layers|h|blocks)\.(\d+)\./.exec(name)
  return match === null ? undefined : Number(match[1])
}

/** Layers for drafts (multi-token prediction) have a name of their own, or follow the last layer where the file counts them. */
function isDraftName(name: string): boolean {
  return /(^|\.)mtp(\.|_)/.test(name)
}

function isBeyond(name: string, layers: number): boolean {
  return !isTower(name) && (layerOf(name) ?? 0) >= layers
}

function isTower(name: string): boolean {
  return /(^|\.)(vision|visual|vit|image|audio|mm_projector|multi_modal_projector|embed_vision|embed_audio)/.test(name)
}

function sizeCheck(
  read: ReadConfig,
  { bytes, tensors, from }: Checkpoint,
  isDraft: (name: string) => boolean,
): Check[] {
  const { total } = countParameters(describeModel(read.architecture))
  if (tensors?.every(isPlain) === true) {
    const stored = tensors.filter(({ name }) => !isDraft(name)).reduce((sum, each) => sum + sizeOf(each), 0)
    return [agreement('parameters', total, stored, from, count)]
  }
  // Only 16- and 32-bit checkpoints say by their bytes how many parameters they hold.
  if (bytes === null || read.quantization !== undefined) return []
  return [agreement('bytes', total * BYTES[read.architecture.dtype], bytes, from, gb)]
}

function agreement(
  what: string,
  derived: number,
  stored: number,
  from: string,
  print: (value: number) => string,
): Check {
  const difference = (stored - derived) / derived
  const ok = Math.abs(difference) <= TOLERANCE
  if (derived === stored) return { ok, text: `${what}: ${print(stored)} in ${from}, exactly as derived` }
  const size = Math.abs(difference) < 1e-4 ? 'below 0.01%' : percent(Math.abs(difference))
  const side = difference > 0 ? 'more' : 'fewer'
  return { ok, text: `${what}: ${print(stored)} in ${from}, ${print(derived)} derived: ${size} ${side} than derived` }
}

/** Floats that are stored one by one; packed and quantised tensors do not show how many parameters they hold. */
function isPlain({ dtype }: StoredTensor): boolean {
  return ['F64', 'F32', 'F16', 'BF16'].includes(dtype)
}

function sizeOf({ shape }: StoredTensor): number {
  return shape.reduce((product, each) => product * each, 1)
}

function layerCheck(names: readonly string[], layers: number): Check {
  const found = new Set(names.flatMap((name) => layerOf(name) ?? []))
  const ok = found.size === layers
  return { ok, text: `layers: ${found.size} in the checkpoint, ${layers} in config.json` }
}

/** Tensors whose presence says what a field of the description says. */
function presence(architecture: Architecture, layers: ReturnType<typeof layersOf>, names: readonly string[]): Check[] {
  const checks: Check[] = []
  const has = (pattern: RegExp): boolean => names.some((name) => pattern.test(name))
  const expect = (what: string, described: boolean, stored: boolean): void => {
    if (described === stored) return
    const text = stored
      ? `${what}: in the checkpoint, but not described`
      : `${what}: described, but not in the checkpoint`
    checks.push({ ok: false, text })
  }
  const softmax = layers.flatMap(({ attention }) => (attention.kind === 'softmax' ? [attention] : []))
  // A tied head is stored by some files all the same, so only a missing one is wrong.
  if (!architecture.tied_embeddings)
    expect('output head', true, has(/(^|\.)(lm_head|embed_out|output)\.(weight|qweight)/))
  if (softmax.length === layers.length) {
    expect(
      'query biases',
      softmax.some(({ bias }) => bias.qkv),
      has(/\.(q_proj|qkv_proj|c_attn|query_key_value|Wqkv)\.bias$/),
    )
    expect(
      'query norms',
      softmax.some((each) => each.qk_norm !== 'none'),
      has(/\.(q_norm|query_layernorm|q_layernorm)\.weight$/),
    )
  }
  const experts = layers.flatMap(({ mlp }) => (mlp.kind === 'moe' ? [mlp.experts] : []))
  const highest = Math.max(-1, ...names.flatMap((name) => Number(/\.experts\.(\d+)\./.exec(name)?.[1] ?? -1)))
  const [count] = experts
  if (highest >= 0 && highest + 1 !== (count ?? 0)) {
    checks.push({ ok: false, text: `experts: ${highest + 1} in the checkpoint, ${count ?? 0} in config.json` })
  }
  return checks
}
