import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Catalog, get } from '../../src/catalog/catalog.ts'
import { releaseFor } from '../../src/catalog/support.ts'
import { loadCatalog } from '../../src/io/load-catalog.ts'
import { totalBytes } from '../../src/memory/ledger.ts'
import { describeModel } from '../../src/model/tensors.ts'
import { closedLoop } from '../../src/performance/benchmark.ts'
import { profileModel } from '../../src/performance/profile.ts'
import { emptySpeed, ServingPerformance } from '../../src/performance/serving.ts'
import { weightBits } from '../../src/performance/weight-bits.ts'
import { Figures, GIB, shown } from './article-figures.ts'

/* The worked examples that docs/memory.md and docs/performance.md print, computed again from the shipped catalogs. */

const read = (page: string) => readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8').replace(/\s+/g, ' ')
let catalog: Catalog
let figures: Figures
beforeAll(async () => {
  catalog = await loadCatalog()
  figures = new Figures(catalog)
})

describe('docs/memory.md', () => {
  const page = read('memory.md')
  const onPage = (text: string) => expect(page.includes(text), `the page should say: ${text}`).toBe(true)
  const defaults = { maxSequences: 1024, maxBatchedTokens: 8192, sequences: 1 }

  it.each([
    [{ model: 'llama-3-70b', format: 'int8', gpu: 'h100-sxm-80gb', utilization: 0.95 }, 2048],
    [{ model: 'llama-3-70b', format: 'bf16', gpu: 'h100-sxm-80gb', utilization: 0.9, tensorParallel: 4 }, 8192],
    [{ model: 'gpt-oss-120b', format: 'mxfp4', gpu: 'h100-sxm-80gb', utilization: 0.95 }, 16_384],
  ])('%o with context %i', (given, context) => {
    const memory = figures.memory(given)
    const load = { ...defaults, context, sequenceTokens: context }
    const gibOf = (...names: string[]) =>
      (totalBytes(memory.ledger(load).filter((term) => names.includes(term.name))) / GIB).toFixed(3)
    onPage(`${gibOf('weights')} GiB`)
    onPage(`${gibOf('activations')} GiB`)
    const { poolBytes, kvBytes } = memory.evaluate(load)
    onPage(`${(poolBytes / GIB).toFixed(3)} GiB`)
    // The page counts whole blocks, so only the first decimal is the same.
    onPage(`= ${(Math.floor((poolBytes / kvBytes) * 10) / 10).toFixed(1)}`)
  })

  it('prints the weights in bytes and the tokens of the pool', () => {
    const one = figures.memory({ model: 'llama-3-70b', format: 'int8', gpu: 'h100-sxm-80gb', utilization: 0.95 })
    const four = figures.memory({ model: 'llama-3-70b', format: 'bf16', gpu: 'h100-sxm-80gb', tensorParallel: 4 })
    onPage(`${shown(one.weightsBytes, 0)} B`)
    onPage(`${shown(four.weightsBytes, 0)} B`)
    onPage(`${shown(one.printedTokens({ ...defaults, context: 2048, sequenceTokens: 2048 }), 0)} tokens`)
    onPage(`${shown(four.printedTokens({ ...defaults, context: 8192, sequenceTokens: 8192 }), 0)} tokens`)
  })
})

describe('docs/performance.md', () => {
  const text = readFileSync(new URL('../../docs/performance.md', import.meta.url), 'utf8')
  const page = read('performance.md')
  const onPage = (wanted: string) => expect(page.includes(wanted), `the page should say: ${wanted}`).toBe(true)

  /** Rows of the indented block after `heading`: the last figure of each, by the row's first words. */
  function figuresAfter(heading: string): (label: string, computed: number) => void {
    const [, after = ''] = text.split(heading)
    const block = after.split('\n\n')[1] ?? ''
    return (label, computed) => {
      const row = block.split('\n').find((line) => line.trim().startsWith(label)) ?? ''
      const printed = /([\d.]+)(?: ms| output tokens\/s)?$/.exec(row)?.[1] ?? ''
      const digits = printed.split('.')[1]?.length ?? 0
      expect(printed, `${label} on the page`).not.toBe('')
      // A hand calculation rounds its steps: the last digit may differ by one.
      expect(Math.abs(Number(printed) - computed), `${label}: ${printed} printed, ${computed} computed`).toBeLessThan(
        1.01 * 10 ** -digits,
      )
    }
  }

  it('prints the constants of experts as the catalog has them', () => {
    const { serving } = catalog.physics
    onPage(`(b + n)^${serving.expert_routing_skew.value.toFixed(3)}))`)
    onPage(`k + ${serving.expert_tile_rows.value.toFixed(1)} hit)`)
    onPage(`width / (width + ${serving.expert_half_width.value.toFixed(0)})`)
    onPage(`latent compute at ${serving.mla_decode_compute.value.toFixed(2)} F16`)
    onPage(`wait = 1 + ${serving.expert_wait_per_doubling.value.toFixed(3)} log2(e)`)
  })

  it('works Llama 3.1 70B FP8 on 2 x H100 SXM', () => {
    const { performance, gpu, host, link, generation } = example(catalog)
    const share = (kernel: string, of: 'bandwidth' | 'compute') => {
      const { default: usual, generations } = get(catalog, 'kernels', kernel)[of]
      const [own, board] = [(generations.hopper ?? usual).value, gpu.efficiency[of]?.value ?? Number.NaN]
      onPage(`${own} x ${board} = ${(own * board).toFixed(4)}`)
      return own * board
    }
    const read = 34.226e9 / (3.35e12 * share('fp8', 'bandwidth'))
    onPage(`= ${(read * 1000).toFixed(3)} ms; compute 2 x 34.226e9 x 32`)
    onPage(`1.0507e9 / (3.35e12 x ${share('f16', 'bandwidth').toFixed(4)})`)
    const compute = (2 * 34.226e9 * 1056) / (1979e12 * share('fp8', 'compute'))
    onPage(`compute ${(compute * 1000).toFixed(2)} ms, soft maximum with ${(read * 1000).toFixed(3)} ms`)
    const [latency, rate] = [link.all_reduce_latency_seconds[2].value, link.all_reduce_bytes_per_second.value]
    onPage(`160 x (${(latency * 1e6).toFixed(3)} us + 32 x 16,384 / ${(rate / 1e9).toFixed(1)}e9)`)
    onPage(`163,840 / (2 x 3.35e12 x ${generation.kv_read.value})`)
    onPage(`1024 / (2 x 989e12 x ${generation.prompt_attention.value})`)
    onPage(`32 x ${(host.step_seconds_per_sequence.value * 1e6).toFixed(3)} us`)

    const decode = figuresAfter('A step of 32 sequences that only decode:')
    const step = performance.stepTerms(32, 0)
    for (const name of ['linear', 'head', 'kv', 'reduce', 'fixed'] as const) decode(name, step[name] * 1000)
    decode('step', step.total * 1000)

    const carrying = figuresAfter('A step that carries prompts:')
    const mixed = performance.stepTerms(32, 1024)
    for (const name of ['linear', 'reduce', 'fixed'] as const) carrying(name, mixed[name] * 1000)
    carrying('head and kv', (mixed.head + mixed.kv) * 1000)
    carrying('prompt attention', mixed.promptAttention * 1000)
    carrying('step', mixed.total * 1000)

    const together = figuresAfter('Together:')
    const speed = performance.at(32, emptySpeed())
    together('TPOT', speed.tpotSeconds * 1000)
    together('own', performance.step(31, 1024) * 1000)
    together('rho', speed.promptUtilization)
    together('TTFT', speed.ttftSeconds * 1000)
    together('rate', speed.outputTokensPerSecond)
    const burst = closedLoop(performance, 32, host.start_burst_share?.value ?? Number.NaN, 32)
    onPage(
      `about ${(burst.ttftSeconds * 1000).toFixed(0)} ms and ${burst.outputTokensPerSecond.toFixed(0)} tokens/s: its first`,
    )
  })
})

/** Llama 3.1 70B in FP8 with an FP8 cache on two H100 SXM under vLLM 0.18, 1024 tokens in and 256 out. */
function example(catalog: Catalog) {
  const answer = releaseFor(get(catalog, 'engines', 'vllm'), '0.18')
  if (!answer.ok) throw new Error(answer.message)
  const { architecture } = get(catalog, 'models', 'llama-3.1-70b')
  if (architecture === undefined) throw new Error('no architecture')
  const gpu = get(catalog, 'gpus', 'h100-sxm-80gb')
  const fp8 = get(catalog, 'kernels', 'fp8')
  const tensors = describeModel(architecture)
  const generation = get(catalog, 'generations', gpu.generation)
  const link = get(catalog, 'links', 'nvlink4')
  const { host } = answer.release
  const performance = new ServingPerformance(
    {
      profile: profileModel(tensors),
      gpu,
      generation,
      link,
      quantization: get(catalog, 'quantizations', 'fp8'),
      weightBits: weightBits(tensors, get(catalog, 'quantizations', 'fp8')),
      kv: get(catalog, 'kvFormats', 'fp8'),
      kernel: fp8,
      expertKernel: fp8,
      plainKernel: get(catalog, 'kernels', 'f16'),
      host,
      llamaCpp: false,
      physics: catalog.physics.serving,
      tensorParallel: 2,
      pipelineParallel: 1,
      expertParallel: 1,
    },
    { inputTokens: 1024, outputTokens: 256, prefixCached: 0, chunkTokens: 8192 },
  )
  return { performance, gpu, generation, link, host }
}
