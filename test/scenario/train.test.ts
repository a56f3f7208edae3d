import { readdirSync } from 'node:fs'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { readText } from '../../src/io/files.ts'
import { loadCatalog } from '../../src/io/load-catalog.ts'
import { InputError } from '../../src/scenario/diagnostic.ts'
import { parseScenario, scenarioJsonSchema } from '../../src/scenario/schema.ts'
import type { TrainScenario } from '../../src/scenario/train.ts'
import { applyTrainDefaults } from '../../src/scenario/train-defaults.ts'
import { parseMoment } from '../../src/scenario/train-fields.ts'

let catalog: Catalog
beforeAll(async () => {
  catalog = await loadCatalog()
})

const smallest = `kind: train
model: llama-3-70b
data: { tokens: 500M }
`

function read(text: string, set: readonly string[] = [], asOf?: string): TrainScenario {
  const { scenario } = parseScenario(text, 't.yaml', catalog, set, asOf)
  if (scenario.kind !== 'train') throw new Error('not a training scenario')
  return scenario
}

const completed = (text: string, set: readonly string[] = []) => applyTrainDefaults(read(text, set), 'file', catalog)

describe('reading', () => {
  it('numbers with suffixes, money, durations, switches and names', () => {
    const scenario = read(`kind: train
model: llama-3-70b
data: { examples: 50k, tokens_per_example: 1024, epochs: 3 }
sequence_length: 4096
global_batch: 64
deadline: 1d12h
budget: $1,500
trainer: common
hours: 10
loss: chunked
flash_attention: false
sequence_parallel: true
spot_interruptions_per_hour: 0.05
checkpoint_gb_per_second: 2
objective: time
search:
  method: [lora, qlora]
  lora: { rank: [8, 16, 8], targets: [q_proj, q, v_proj] }
  zero_stage: [0, 3]
  gpus: [hopper]
`)
    expect(scenario).toMatchObject({
      data: { examples: 50_000, tokens_per_example: 1024, epochs: 3 },
      deadline: { seconds: 36 * 3600 },
      budget: 1500,
      hours: 10,
      loss: 'chunked',
      flash_attention: false,
      sequence_parallel: true,
      spot_interruptions_per_hour: 0.05,
      checkpoint_gb_per_second: 2,
      objective: 'time',
      search: { lora: { rank: [8, 16], targets: ['q', 'v'] }, zero_stage: [0, 3] },
    })
  })

  it('names of models and trainers become ids', () => {
    const aliases = [...catalog.trainers.values()].flatMap(({ id, aliases }) => aliases.map((alias) => [alias, id]))
    expect(aliases.length).toBeGreaterThan(0)
    for (const [alias, id] of aliases) {
      const trainer = catalog.trainers.get(id ?? '')
      const method = trainer?.supports.methods[0] ?? 'full'
      expect(read(`${smallest}trainer: ${alias}\nsearch: { method: [${method}] }`).trainer).toBe(id)
    }
  })

  it('a date is the end of its day, counted from the start of the day of the plan', () => {
    // 20 November 00:00 to 24 November 00:00 UTC: four days.
    expect(read(`${smallest}deadline: 2026-11-23`, [], '2026-11-20').deadline).toEqual({
      seconds: 4 * 86_400,
      until: '2026-11-24T00:00:00Z',
    })
    // 18:00 in Berlin in winter is 17:00 UTC.
    expect(read(`${smallest}deadline: 2026-11-20T18:00+01:00`, [], '2026-11-20').deadline).toEqual({
      seconds: 17 * 3600,
      until: '2026-11-20T17:00:00Z',
    })
  })

  it('--set of one measure of data removes the other', () => {
    expect(read(smallest, ['data.examples=10k', 'data.tokens_per_example=100']).data).toEqual({
      examples: 10_000,
      tokens_per_example: 100,
    })
    const examples = smallest.replace('{ tokens: 500M }', '{ examples: 1k, tokens_per_example: 9, epochs: 2 }')
    expect(read(examples, ['data.tokens=1M']).data).toEqual({ tokens: 1e6, epochs: 2 })
  })

  it('a model outside the catalog', () => {
    const shape = 'layers: 40, hidden_size: 5120, heads: 40, intermediate_size: 13824, vocabulary_size: 32k'
    expect(read(smallest.replace('llama-3-70b', `{ parameters: 13B, ${shape} }`)).model).toEqual({
      parameters: 13e9,
      layers: 40,
      hidden_size: 5120,
      heads: 40,
      intermediate_size: 13_824,
      vocabulary_size: 32_000,
    })
  })
})

describe('defaults', () => {
  it('the smallest scenario, completed', () => {
    const { scenario, assumptions } = completed(smallest)
    expect(scenario).toEqual({
      kind: 'train',
      name: 'file',
      model: 'llama-3-70b',
      data: { tokens: 500e6, epochs: 1, total_tokens: 500e6 },
      sequence_length: 4096,
      global_batch: 64,
      trainer: 'common',
      memory_model: 'architecture',
      loss: 'full',
      flash_attention: true,
      sequence_parallel: false,
      search: {
        method: ['full'],
        lora: { rank: [16], targets: 'all-linear' },
        optimizer: ['adamw'],
        zero_stage: [0, 1, 2, 3],
        offload: ['none', 'optimizer', 'parameters'],
        activation_checkpointing: ['none', 'selective', 'full'],
        micro_batch: [1, 2, 4, 8, 16, 32],
        tensor_parallel: [1, 2, 4, 8],
        pipeline_parallel: [1, 2, 4, 8, 16],
        virtual_pipeline: [1],
        context_parallel: [1],
        expert_parallel: [1],
        pricing: ['on-demand'],
        max_gpus: 64,
      },
      objective: 'cost',
      prices: {
        discount_percent: 0,
        overrides: {},
        max_age_days: 365,
        min_confidence: 'medium',
        offers: [],
        billed_share: 1,
      },
      headroom: 0.05,
    })
    expect(assumptions).toEqual([
      'trainer: Common recipe (Hugging Face model, DeepSpeed ZeRO)',
      'epochs: 1, one pass over the data',
      'sequence length: 4,096 tokens, filled by packing',
      'global batch: 64 sequences an optimizer step',
      'deadline: none',
      'budget: no limit',
      'loss: full logits, as the trainer does by default',
      'attention: flash attention, scores are not stored',
      'method: full',
      'states of full training: weights 2, gradients 2, fp32 master weights 4, Adam moments 8 bytes a parameter',
      'optimizer: adamw',
      'ZeRO stages: 0, 1, 2, 3',
      'offload: none, optimizer, parameters',
      'activation checkpointing: none, selective, full',
      'micro-batch: 1, 2, 4, 8, 16, 32',
      'tensor parallelism: 1, 2, 4, 8',
      'pipeline parallelism: 1, 2, 4, 8, 16',
      'context parallelism: 1',
      'expert parallelism: 1',
      'pricing: on-demand',
      'GPUs: at most 64',
      'sequence parallelism: off beside tensor parallelism, as the trainer does',
      'headroom: 5% of each GPU kept free',
      'memory model: computed from the architecture',
      'prices: confidence medium or better',
      'prices: at most 365 days old',
      'objective: least cost',
    ])
  })

  it('examples count as tokens, epochs multiply', () => {
    // 50,000 x 1,024 = 51.2 million; twice = 102.4 million
    const text = smallest.replace('{ tokens: 500M }', '{ examples: 50k, tokens_per_example: 1024, epochs: 2 }')
    expect(completed(text).scenario.data).toEqual({
      examples: 50_000,
      tokens_per_example: 1024,
      epochs: 2,
      tokens: 51.2e6,
      total_tokens: 102.4e6,
    })
  })

  it('a model with few positions gets sequences of its length', () => {
    // GPT-2: n_positions 1024
    const { scenario, assumptions } = completed(smallest.replace('llama-3-70b', 'gpt2'))
    expect(scenario.sequence_length).toBe(1024)
    expect(assumptions).toContain('sequence length: 1,024 tokens, filled by packing')
  })

  it('what the trainer decides', () => {
    const titan = completed(`${smallest}trainer: torchtitan`)
    expect(titan.scenario).toMatchObject({ trainer: 'torchtitan', sequence_parallel: true })
    expect(titan.scenario.loss).toBe(catalog.trainers.get('torchtitan')?.loss.default)
    expect(titan.assumptions).not.toContain('trainer: torchtitan')
    expect(titan.assumptions).toContain(
      'states of full training: weights 4, gradients 4, fp32 master weights 0, Adam moments 8 bytes a parameter',
    )
  })

  it('adapters without settings get rank 16 on all linear projections, and say so', () => {
    const { scenario, assumptions } = completed(`${smallest}search: { method: [lora] }`)
    expect(scenario.search.lora).toEqual({ rank: [16], targets: 'all-linear' })
    expect(assumptions).toContain('LoRA rank: 16')
    expect(assumptions).toContain('LoRA targets: all linear projections')
    expect(assumptions.some((each) => each.startsWith('states of full training'))).toBe(false)
  })

  it('stated hours are said to be stated', () => {
    expect(completed(`${smallest}hours: 10`).assumptions).toContain('hours: 10, as the scenario states; not computed')
  })

  it('a value that is given is no assumption', () => {
    const { assumptions } = completed(`${smallest}global_batch: 128
loss: fused
deadline: 72h
budget: 500
flash_attention: true
sequence_parallel: true
search: { micro_batch: [1], max_gpus: 8, pricing: [spot] }
`)
    for (const what of ['global batch', 'loss', 'deadline', 'budget', 'attention', 'micro-batch', 'GPUs', 'pricing'])
      expect(assumptions.filter((each) => each.startsWith(`${what}:`))).toEqual([])
  })
})

describe('properties', () => {
  it('a list of micro-batches is refused exactly where none divides the global batch', () => {
    const size = fc.integer({ min: 1, max: 64 })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 512 }), fc.array(size, { minLength: 1, maxLength: 4 }), (batch, sizes) => {
        const text = `${smallest}global_batch: ${batch}\nsearch: { micro_batch: [${sizes.join(', ')}] }`
        const possible = sizes.some((each) => batch % each === 0)
        if (possible) expect(read(text).search?.micro_batch).toEqual([...new Set(sizes)])
        else expect(() => read(text)).toThrow(InputError)
      }),
      { numRuns: 200 },
    )
  })

  it('moments are read as the calendar has them', () => {
    const moment = fc.date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
    fc.assert(
      fc.property(moment, fc.integer({ min: -12 * 60, max: 14 * 60 }), (date, offset) => {
        const iso = `${new Date(Math.floor(date.getTime() / 1000) * 1000).toISOString().slice(0, 19)}Z`
        expect(parseMoment(iso)).toBe(iso)
        const local = new Date(Date.parse(iso) + offset * 60_000).toISOString().slice(0, 19)
        const two = (value: number): string => String(value).padStart(2, '0')
        const size = Math.abs(offset)
        const zone = `${offset < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`
        expect(parseMoment(`${local}${zone}`)).toBe(iso)
        // A date alone ends with its day.
        const day = iso.slice(0, 10)
        expect(parseMoment(day)).toBe(
          new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().replace('.000Z', 'Z'),
        )
      }),
    )
  })

  it.each(['2027-13-01', '2027-02-29', '2027-04-31', '2027-01-01T24:00', '2027-01-01T10:60', '2027-1-1', '72h', ''])(
    'no moment: %j',
    (text) => expect(parseMoment(text)).toBeUndefined(),
  )

  it('a leap day exists in leap years', () => expect(parseMoment('2028-02-29')).toBe('2028-03-01T00:00:00Z'))
})

describe('shipped scenarios', () => {
  const folder = new URL('../../scenarios/', import.meta.url)
  const shipped = (name: string) =>
    applyTrainDefaults(read(readText(new URL(`${name}.yaml`, folder).pathname)), name, catalog).scenario

  /** US dollars of a run on one instance of the shape that the article prices. */
  function articleCost(name: string): number {
    const { hours, search, prices } = shipped(name)
    const offer = [...catalog.offers.values()].find(
      (each) =>
        prices.offers.includes(each.set ?? '') &&
        search.gpus?.includes(each.gpu) === true &&
        each.gpu_count === search.max_gpus,
    )
    return (hours ?? 0) * (offer?.usd_per_hour['on-demand'] ?? 0)
  }

  // "LLM VRAM Requirements", March 2026: $1.99 x 10 = $19.90, $2.69 x 8 x 10 = $215.20, 91 % cheaper.
  it('the fine-tuning runs of the article cost what it says', () => {
    const qlora = articleCost('article-finetune-qlora')
    const full = articleCost('article-finetune-full')
    expect(qlora).toBeCloseTo(19.9, 9)
    expect(full).toBeCloseTo(215.2, 9)
    expect(Math.round((1 - qlora / full) * 100)).toBe(91)
  })

  it('the 70B scenarios are the same work', () => {
    const names = ['train-70b-full', 'train-70b-lora', 'train-70b-qlora', 'train-70b-compare']
    const works = names.map((name) => {
      const { model, data, sequence_length, global_batch, deadline } = shipped(name)
      return { model, data, sequence_length, global_batch, deadline }
    })
    expect(new Set(works.map((work) => JSON.stringify(work))).size).toBe(1)
    expect(shipped('train-70b-compare').search.method).toEqual(['full', 'lora', 'qlora'])
  })

  it('names are those of the files, and each plans training', () => {
    const names = readdirSync(folder)
      .filter((file) => /^(train|article-finetune)-.*\.yaml$/.test(file))
      .map((file) => file.replace('.yaml', ''))
    expect(names.length).toBe(11)
    expect(names.map((name) => shipped(name).name)).toEqual(names)
  })
})

describe('JSON Schema', () => {
  it('tells the kinds apart and describes every key', () => {
    const schema = scenarioJsonSchema() as {
      oneOf: { $ref?: string; properties?: Record<string, { const?: string }> }[]
      definitions: Record<string, { properties: Record<string, { const?: string }> }>
    }
    const kinds = schema.oneOf.map((each) => each.$ref ?? each.properties?.kind?.const)
    expect(kinds).toEqual(['#/definitions/serve', '#/definitions/train', 'fleet', 'forecast'])
    for (const kind of ['serve', 'train']) expect(schema.definitions[kind]?.properties.kind?.const).toBe(kind)
    const undescribed: string[] = []
    const walk = (node: unknown, path: string): void => {
      if (typeof node !== 'object' || node === null) return
      const { properties } = node as { properties?: Record<string, object> }
      for (const [key, value] of Object.entries(properties ?? {})) {
        if (!('description' in value)) undescribed.push(`${path}.${key}`)
        walk(value, `${path}.${key}`)
      }
    }
    walk(schema.definitions.train, 'train')
    expect(undescribed).toEqual([])
  })
})
