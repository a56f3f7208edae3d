import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readConfig } from '../../../src/importing/models/config.ts'
import { importGguf } from '../../../src/importing/models/gguf/import.ts'
import { parseJson } from '../../../src/io/parse-json.ts'
import { countParameters } from '../../../src/model/parameters.ts'
import { describeModel } from '../../../src/model/tensors.ts'
import { InputError } from '../../../src/scenario/diagnostic.ts'

const FOLDER = new URL('../../fixtures/configs/', import.meta.url)
const configs = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json'))
  .map((file) => parseJson(readFileSync(new URL(file, FOLDER), 'utf8'), file) as Record<string, unknown>)

const value = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.string(),
  fc.constant(null),
  fc.constant(0),
  fc.constant(1e300),
  fc.array(fc.integer(), { maxLength: 3 }),
  fc.dictionary(fc.string(), fc.integer(), { maxKeys: 2 }),
)

/** A model with finite counts, or an error for users: nothing else may come out. */
function holds(read: () => ReturnType<typeof readConfig>['architecture'] | undefined): void {
  try {
    const architecture = read()
    if (architecture === undefined) throw new Error('an architecture is expected')
    const { total, active } = countParameters(describeModel(architecture))
    expect(Number.isFinite(total) && total > 0 && Number.isFinite(active)).toBe(true)
  } catch (error) {
    if (!(error instanceof InputError)) throw error
  }
}

describe('whatever a file holds, a model or an error for users comes out', () => {
  it('config.json with one key changed or gone', () => {
    const change = fc.record({ config: fc.nat(), key: fc.nat(), inner: fc.boolean(), value: fc.option(value) })
    fc.assert(
      fc.property(change, ({ config, key, inner, value: changed }) => {
        const whole = configs[config % configs.length] ?? {}
        const nested = inner ? ['text_config', 'vision_config'].find((each) => Object.hasOwn(whole, each)) : undefined
        const target = (nested === undefined ? whole : whole[nested]) as Record<string, unknown>
        const names = Object.keys(target)
        const altered = { ...target, [names[key % names.length] ?? '']: changed ?? undefined }
        holds(() => readConfig(nested === undefined ? altered : { ...whole, [nested]: altered }).architecture)
      }),
      { numRuns: 4000, seed: 6 },
    )
  })

  it('any map at all', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (config) => holds(() => readConfig(config).architecture)),
      { numRuns: 500, seed: 6 },
    )
  })

  it('a GGUF header with one key or shape changed', () => {
    const metadata: Record<string, unknown> = {
      'general.architecture': 'llama',
      'llama.block_count': 1,
      'llama.embedding_length': 8,
      'llama.context_length': 64,
      'llama.attention.head_count': 2,
      'llama.attention.head_count_kv': 1,
      'llama.expert_used_count': 2,
    }
    const shapes: Record<string, number[]> = {
      'token_embd.weight': [8, 32],
      'output_norm.weight': [8],
      'blk.0.attn_q.weight': [8, 8],
      'blk.0.attn_k.weight': [8, 4],
      'blk.0.attn_v.weight': [8, 4],
      'blk.0.attn_output.weight': [8, 8],
      'blk.0.ffn_gate_inp.weight': [8, 4],
      'blk.0.ffn_up_exps.weight': [8, 16, 4],
      'blk.0.ffn_down_exps.weight': [16, 8, 4],
    }
    const shape = fc.array(fc.nat(40), { maxLength: 4 })
    fc.assert(
      fc.property(fc.nat(), fc.option(value), fc.nat(), fc.option(shape), (key, changed, tensor, other) => {
        const keys = Object.keys(metadata)
        const names = Object.keys(shapes)
        const altered = { ...metadata, [keys[key % keys.length] ?? '']: changed }
        const tensors = names.flatMap((name, index) => {
          if (index !== tensor % names.length) return [{ name, shape: shapes[name] ?? [], type: 0 }]
          return other === null ? [] : [{ name, shape: other, type: 0 }]
        })
        holds(() => importGguf({ metadata: altered, tensors }, { origin: 'x', name: 'x' }).model.architecture)
      }),
      { numRuns: 3000, seed: 6 },
    )
  })
})
