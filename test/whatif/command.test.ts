import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { trainScenario } from '../cli/binary.ts'
import { call } from '../cli/in-process.ts'

let folder: string
let catalog: string[]
const file = (name: string, text: string): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

/** Two sellers of the same machine, so that nothing but the price can decide: alpha asks $1.00, beta $1.60. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plan-whatif-'))
  mkdirSync(join(folder, 'market', 'offers'), { recursive: true })
  for (const [provider, usd] of [
    ['alpha', 1],
    ['beta', 1.6],
  ] as const) {
    const machine = `{ instance: one, gpu: l40s, gpu_count: 1, region: eu, usd_per_hour: { on-demand: ${usd} }, confidence: high, source: test }`
    writeFileSync(
      join(folder, 'market', 'offers', `${provider}.yaml`),
      `provider: ${provider}\nas_of: 2026-11-20\noffers:\n  - ${machine}\n`,
    )
  }
  catalog = ['--catalog', join(folder, 'market')]
})

const serving = (more = ''): string => `kind: serve
model: llama-3.1-8b
context: 4096
traffic: { requests_per_second: 1, input_tokens: 512, output_tokens: 128 }
search: { providers: [alpha, beta], quantization: [fp8], kv_cache: [bf16] }
${more}`

interface Answer {
  break_evens: { below: number; from: number; old: string | null; new: string | null; usd_from: number | null }[]
  segments: {
    letter: string | null
    from: number
    to: number
    state: string
    because: string | null
    first: { placement: { provider: string; instances: number } } | null
    usd_from: number | null
    usd_to: number | null
    usd_per_unit: number | null
  }[]
  whole: boolean
  plans: number
}

async function answers(args: readonly string[]): Promise<{ code: number; varied: Answer[] }> {
  const { code, stdout } = await call(['whatif', ...args, '--format', 'json', ...catalog])
  return { code, varied: JSON.parse(stdout).varied }
}

describe('plan whatif', () => {
  test('alpha at $1.00 loses to beta at $1.60 from +60% on', async () => {
    const path = file('prices.yaml', serving())
    const { varied } = await answers([path, '--vary', 'price.alpha=-30%..+100%'])
    const [{ break_evens, segments }] = varied as [Answer]
    expect(segments.map(({ first }) => first?.placement.provider)).toEqual(['alpha', 'beta'])
    expect(break_evens).toHaveLength(1)
    expect(break_evens[0]!.below).toBeLessThanOrEqual(1.6)
    expect(break_evens[0]!.from).toBeGreaterThanOrEqual(1.6)
    expect(break_evens[0]!.from - break_evens[0]!.below).toBeLessThanOrEqual(0.001 * 1.61)
    // A hundredth more on $1.00 an hour and GPU is a cent; beta's own price does not move.
    const gpus = segments[0]!.first!.placement.instances
    expect(segments[0]!.usd_per_unit).toBeCloseTo(gpus, 9)
    expect(segments[1]!.usd_per_unit).toBeCloseTo(0, 9)
  })

  test('the same as an absolute price of the scenario, and with its own prices scaled', async () => {
    const path = file('own.yaml', serving('prices: { overrides: { alpha/l40s: 0.8, beta/l40s: 1 } }\n'))
    const { varied } = await answers([
      path,
      '--vary',
      'prices.overrides."alpha/l40s"=0.5..2',
      '--vary',
      'price.alpha=-50%..+50%',
    ])
    expect(varied[0]!.break_evens[0]!.from).toBeCloseTo(1, 2)
    expect(varied[1]!.break_evens[0]!.from).toBeCloseTo(1 / 0.8, 2)
    // All prices together decide nothing between two sellers.
    const both = await answers([path, '--vary', 'price=-50%..+50%'])
    expect(both.varied[0]!.break_evens).toEqual([])
  })

  test('whole keys change at a whole number, and one less is the one before', async () => {
    const path = file(
      'context.yaml',
      serving().replace('kv_cache: [bf16] }', 'kv_cache: [bf16], tensor_parallel: [1], pipeline_parallel: [1] }'),
    )
    const { varied } = await answers([path, '--vary', 'context=4k..1M'])
    const [{ break_evens, segments, whole }] = varied as [Answer]
    expect(whole).toBe(true)
    // Somewhere the KV cache of a single sequence no longer fits one L40S beside 7.5 GiB of weights.
    const last = segments.at(-1)!
    expect(last.state).not.toBe('plan')
    expect(break_evens.every(({ below, from }) => from - below === 1)).toBe(true)
    const edge = break_evens.at(-1)!
    const at = async (value: number) =>
      (await call([path, '--set', `context=${value}`, '--format', 'json', ...catalog])).code
    expect(await at(edge.below)).toBe(0)
    expect(await at(edge.from)).not.toBe(0)
  })

  test('more traffic is more machines, a change only where sizes are asked for', async () => {
    const path = file('traffic.yaml', serving())
    const plain = (await answers([path, '--vary', 'traffic=1..60'])).varied[0]!
    expect(plain.break_evens).toEqual([])
    expect(plain.segments[0]!.usd_per_unit).toBeGreaterThan(0)
    const sized = (await answers([path, '--vary', 'traffic=1..60', '--sizes', '--tolerance', '1%'])).varied[0]!
    const sizes = sized.segments.map(({ first }) => first!.placement.instances)
    expect(sizes.length).toBeGreaterThan(1)
    expect(sizes).toEqual([...new Set(sizes)].sort((a, b) => a - b))
  })

  test('a relative range of a key, of training, prices a run', async () => {
    const path = file('train.yaml', trainScenario('deadline: 48h\n'))
    const { stdout, code } = await call(['whatif', path, '--vary', 'data.tokens=-50%..+100%', '--points', '3'])
    expect(code).toBe(0)
    expect(stdout).toContain('data.tokens from 5M to 20M (the scenario: 10M)')
    expect(stdout).toContain('$/run')
  })

  test('text fits 80 columns, markdown and CSV carry the same, and bytes repeat', async () => {
    const path = file('forms.yaml', serving())
    const args = ['whatif', path, '--vary', 'price.alpha=-30%..+100%', ...catalog]
    const text = await call(args)
    expect(text.stdout.split('\n').filter((line) => [...line].length > 80)).toEqual([])
    expect(text.stdout).toContain('A -> B')
    expect((await call(args)).stdout).toBe(text.stdout)
    const csv = (await call([...args, '--format', 'csv'])).stdout.split('\r\n')
    expect(csv[0]).toContain('value_as_written')
    expect(csv.filter((row) => row.includes(',A,')).length).toBeGreaterThan(1)
    const markdown = (await call([...args, '--format', 'markdown'])).stdout
    expect(markdown).toContain('<details><summary>Chart')
    expect(markdown).toContain('```text')
  })

  test('what cannot be meant is refused with exit 2', async () => {
    const path = file('wrong.yaml', serving())
    for (const [vary, message] of [
      ['contxet=4k..8k', /did you mean "context"/],
      ['latency.tpot_ms=-10%..+10%', /states no number at latency\.tpot_ms/],
      ['price=1..2', /percent of the price list/],
      ['price.nobody=-1%..+1%', /nothing is sold under "nobody"/],
    ] as const) {
      const { code, stderr } = await call(['whatif', path, '--vary', vary, ...catalog])
      expect(code).toBe(2)
      expect(stderr).toMatch(message)
    }
    expect((await call(['whatif', path, ...catalog])).code).toBe(2)
    const hopeless = file('hopeless.yaml', serving('latency: { tpot_ms: 0.001 }\n'))
    expect((await call(['whatif', hopeless, '--vary', 'context=4k..8k', ...catalog])).code).toBe(3)
  })
})
