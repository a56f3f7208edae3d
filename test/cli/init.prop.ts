import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { planScenario } from '../../planners/index.ts'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { Flags } from '../../src/cli/flags.ts'
import { namedModel } from '../../src/cli/init/model.ts'
import { newScenario } from '../../src/cli/init/new-scenario.ts'
import { loadCatalog } from '../../src/io/load-catalog.ts'
import { readScenario } from '../../src/io/read-scenario.ts'
import { InputError } from '../../src/scenario/diagnostic.ts'
import { parseScenario, type Scenario } from '../../src/scenario/schema.ts'

const asOf = '2026-11-21'
let catalog: Catalog
beforeAll(async () => {
  catalog = await loadCatalog()
})

async function made(kind: Scenario['kind'], flags: Record<string, string>, output: string | null = null) {
  const sources = { env: {}, offline: true, refresh: false, known: [] }
  const model = await namedModel(flags.model ?? 'llama-3.1-8b', catalog, output, sources)
  return (await newScenario(kind, { flags: new Flags(flags), catalog, model, sources, asOf, output }, [])).text
}

/** Plans a text as the command does; few GPUs keep it quick, and change nothing of what is read. */
async function status(text: string, set: string[] = []): Promise<string> {
  return (await planScenario(text, 'new.yaml', catalog, { asOf, set }, readScenario)).status
}
const FEW_GPUS = ['search.gpus=[l40s, h100-sxm-80gb, mi300x]']

describe('every model of the catalog', () => {
  it('gets a serving scenario that plans', { timeout: 240_000 }, async () => {
    for (const model of catalog.models.keys()) {
      const text = await made('serve', { model })
      const found = await status(text, ['search.gpus=[h100-sxm-80gb]', 'search.max_gpus=16']).catch((error) => error)
      expect(['optimal', 'infeasible'], `${model}: ${found}`).toContain(found)
      // What the file says of lengths fits the model.
      const { context, traffic } = parse(text)
      const positions = catalog.models.get(model)?.architecture?.max_positions ?? Number.POSITIVE_INFINITY
      expect(context, model).toBeLessThanOrEqual(positions)
      expect(traffic.input_tokens + traffic.output_tokens, model).toBeLessThanOrEqual(context)
    }
  })

  it('gets a training scenario that is read, or is refused where no plan could train it', async () => {
    for (const [model, { architecture }] of catalog.models) {
      if (architecture === undefined) {
        await expect(made('train', { model }), model).rejects.toThrow('known by its parameter count alone')
        continue
      }
      const text = await made('train', { model })
      expect(parseScenario(text, 'new.yaml', catalog, [], asOf).scenario.kind).toBe('train')
    }
  })
})

const number = (min: number, max: number) =>
  fc.oneof(
    fc.integer({ min, max }).map(String),
    fc.integer({ min: 1, max: 900 }).map((n) => `${n}k`),
  )
const usd = fc.oneof(fc.integer({ min: 1, max: 100_000 }).map(String), fc.constantFrom('$1,200', '$50k', 'none', '0.5'))
const target = fc.oneof(fc.integer({ min: 1, max: 20_000 }).map(String), fc.constantFrom('none', '2s', '500ms', '0.25'))
const models = ['llama-3.1-8b', 'gpt2', 'qwen3-30b-a3b', 'deepseek-v3', 'mixtral-8x7b', 'llama-3.1-405b', 'gemma-2-9b']
const optional = <T extends Record<string, fc.Arbitrary<string>>>(shape: T) => fc.record(shape, { requiredKeys: [] })

const rate = fc.oneof(
  fc.record({ 'requests-per-second': fc.constantFrom('0.001', '1', '3.5', '1e3', '250') }),
  fc.record({ 'tokens-per-day': fc.constantFrom('1M', '500k', '2.5B', '1000') }),
  fc.record({ concurrency: fc.integer({ min: 1, max: 5000 }).map(String) }),
  fc.constant({}),
)
const serving = fc
  .tuple(
    optional({
      model: fc.constantFrom(...models),
      'input-tokens': number(1, 100_000),
      'output-tokens': number(1, 20_000),
      context: number(1, 200_000),
      ttft: target,
      tpot: target,
    }),
    rate,
  )
  .map(([flags, load]): Record<string, string> => ({ ...flags, ...load }) as Record<string, string>)
const training = fc
  .tuple(
    optional({
      model: fc.constantFrom(...models),
      method: fc.constantFrom('full', 'lora', 'qlora', 'lora,qlora', 'full, lora, qlora'),
      epochs: fc.constantFrom('1', '3', '0.5'),
      'sequence-length': number(1, 8192),
      deadline: fc.constantFrom('72h', '3d', '1d12h', 'none', '2027-03-31', '2027-03-31T18:00Z', '90m'),
      budget: usd,
    }),
    fc.oneof(
      fc.record({ tokens: fc.constantFrom('1M', '10M', '1.5B') }),
      fc.record({ examples: number(1, 100_000), 'tokens-per-example': number(1, 4000) }),
      fc.constant({}),
    ),
  )
  .map(([flags, data]): Record<string, string> => ({ ...flags, ...data }) as Record<string, string>)

/** Makes the scenario; contradictory flags must be an InputError that names a flag or a key. */
async function madeOrRefused(kind: Scenario['kind'], flags: Record<string, string>): Promise<string | null> {
  try {
    return await made(kind, flags)
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    for (const { message, path, position } of error.diagnostics) {
      expect(`${message} ${path.join('.')}`).toMatch(/--|context|sequence_length|traffic|data/)
      expect(position).toBeUndefined()
    }
    return null
  }
}

describe('flags in any combination', () => {
  it('make a serving scenario that says what they say and plans', { timeout: 240_000 }, async () => {
    let planned = 0
    await fc.assert(
      fc.asyncProperty(serving, async (flags) => {
        const text = await madeOrRefused('serve', flags)
        if (text === null) return
        planned += 1
        const { scenario } = parseScenario(text, 'new.yaml', catalog)
        if (scenario.kind !== 'serve') throw new Error('not a serving scenario')
        if (flags['tokens-per-day'] === '2.5B') expect(scenario.traffic.tokens_per_day).toBe(2.5e9)
        if (flags.ttft === '2s') expect(scenario.latency?.ttft_ms).toBe(2000)
        if (flags.ttft === 'none') expect(scenario.latency?.ttft_ms).toBeUndefined()
        expect(['optimal', 'infeasible']).toContain(await status(text, FEW_GPUS))
      }),
      { numRuns: 60 },
    )
    expect(planned).toBeGreaterThan(15)
  })

  it('make a training scenario that says what they say and plans', { timeout: 240_000 }, async () => {
    let planned = 0
    await fc.assert(
      fc.asyncProperty(training, async (flags) => {
        const text = await madeOrRefused('train', flags)
        if (text === null) return
        planned += 1
        const { scenario } = parseScenario(text, 'new.yaml', catalog, [], asOf)
        if (scenario.kind !== 'train') throw new Error('not a training scenario')
        if (flags.tokens === '1.5B') expect(scenario.data.tokens).toBe(1.5e9)
        if (flags.budget === '$50k') expect(scenario.budget).toBe(50_000)
        if (flags.deadline === '1d12h') expect(scenario.deadline?.seconds).toBe(36 * 3600)
        if (flags.deadline === 'none') expect(scenario.deadline).toBeUndefined()
        expect(['optimal', 'infeasible']).toContain(await status(text, FEW_GPUS))
      }),
      { numRuns: 40 },
    )
    expect(planned).toBeGreaterThan(10)
  })

  it('of a file name never leave the comment that they stand in', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1, unit: 'grapheme' }), async (name) => {
        const file = name.replaceAll('\0', '')
        if (file.trim() === '') return
        expect(parse(await made('serve', {}, file))).toEqual(parse(await made('serve', {})))
      }),
    )
  })
})

describe('choices behind a hash', () => {
  it.each(['serve', 'train', 'fleet', 'forecast'] as const)('of a %s are keys that are read', async (kind) => {
    // Each commented key, alone and with what stands below it, without its hash; header lines hold no key.
    const text = await made(kind, kind === 'serve' ? { ttft: 'none', tpot: 'none' } : {})
    const lines = text.split('\n')
    const isChoice = (line: string): boolean =>
      /^\s*# *(- )?(\{|[a-z_]+:)/.test(line) && !/^# yaml-|\$ |plan /.test(line.replace(/#.*#.*/, ''))
    const uncommented = lines.map((line) => (isChoice(line) ? line.replace('# ', '') : line)).join('\n')
    expect(uncommented).not.toBe(text)
    const { scenario } = parseScenario(uncommented, 'new.yaml', catalog, [], asOf)
    const before = parseScenario(text, 'new.yaml', catalog, [], asOf).scenario
    expect(Object.keys(scenario).length).toBeGreaterThan(Object.keys(before).length)
    expect(scenario).toHaveProperty('prices.discount_percent', 10)
  })
})
