import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Catalog, get } from '../../src/catalog/catalog.ts'
import { releaseFor } from '../../src/catalog/support.ts'
import { loadCatalog } from '../../src/io/load-catalog.ts'
import { totalBytes } from '../../src/memory/ledger.ts'
import { describeModel } from '../../src/model/tensors.ts'
import { profileModel } from '../../src/performance/profile.ts'
import { weightBits } from '../../src/performance/weight-bits.ts'
import { emptySpeed, ServingPerformance } from '../../src/performance/serving.ts'
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
  const page = read('performance.md')
  /** A figure of the page that follows `label`, against the computed one: equal to the last printed digit but one. */
  const near = (label: string, printed: number, computed: number) => {
    expect(page.includes(label), `the page should say: ${label}`).toBe(true)
    expect(Math.abs(computed / printed - 1), `${label}: ${computed} computed`).toBeLessThan(1e-3)
  }

  it('works Llama 3.1 70B FP8 on 2 x H100 SXM', () => {
    const engine = get(catalog, 'engines', 'vllm')
    const answer = releaseFor(engine, '0.18')
    if (!answer.ok) throw new Error(answer.message)
    const { architecture } = get(catalog, 'models', 'llama-3.1-70b')
    if (architecture === undefined) throw new Error('no architecture')
    const gpu = get(catalog, 'gpus', 'h100-sxm-80gb')
    const fp8 = get(catalog, 'kernels', 'fp8')
    const tensors = describeModel(architecture)
    const performance = new ServingPerformance(
      {
        profile: profileModel(tensors),
        gpu,
        generation: get(catalog, 'generations', gpu.generation),
        link: get(catalog, 'links', 'nvlink4'),
        quantization: get(catalog, 'quantizations', 'fp8'),
        weightBits: weightBits(tensors, get(catalog, 'quantizations', 'fp8')),
        kv: get(catalog, 'kvFormats', 'fp8'),
        kernel: fp8,
        expertKernel: fp8,
        plainKernel: get(catalog, 'kernels', 'f16'),
        host: answer.release.host,
        llamaCpp: false,
        physics: catalog.physics.serving,
        tensorParallel: 2,
        pipelineParallel: 1,
        expertParallel: 1,
      },
      { inputTokens: 1024, outputTokens: 256, prefixCached: 0, chunkTokens: 8192 },
    )
    const decode = performance.stepTerms(32, 0)
    near('11.416 ms', 11.416, decode.linear * 1000)
    near('0.925 ms', 0.925, decode.kv * 1000)
    near('1.029 ms', 1.029, decode.reduce * 1000)
    near('15.880 ms', 15.88, decode.total * 1000)
    const mixed = performance.stepTerms(32, 1024)
    near('58.971 ms', 58.971, mixed.linear * 1000)
    near('19.130 ms', 19.13, mixed.reduce * 1000)
    near('82.571 ms', 82.571, mixed.total * 1000)
    const speed = performance.at(32, emptySpeed())
    near('24.10 ms', 24.1, speed.tpotSeconds * 1000)
    near('0.4089', 0.4089, speed.promptUtilization)
    near('146.3 ms', 146.3, speed.ttftSeconds * 1000)
    near('1302 output tokens/s', 1302, speed.outputTokensPerSecond)
  })
})
