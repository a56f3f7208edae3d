import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { usdPerMonth, usdPerRun } from '../../src/cost/money.ts'
import { loadCatalog } from '../../src/io/load-catalog.ts'
import { totalBytes } from '../../src/memory/ledger.ts'
import { RULE_OF_THUMB, ruleOfThumbKvRange, ruleOfThumbWorkspace } from '../../src/memory/rule-of-thumb.ts'
import {
  ruleOfThumbCustomTraining,
  ruleOfThumbFullTraining,
  ruleOfThumbGpuCount,
  ruleOfThumbLora,
  ruleOfThumbQlora,
  ruleOfThumbWithoutCheckpointing,
  ruleOfThumbZero3,
} from '../../src/memory/rule-of-thumb-training.ts'
import { articleModels, Figures, GB, GIB, loadOf, MIB, row, shown, weightFormats } from './article-figures.ts'

/*
 * docs/rule-of-thumb.md prints figures of the rule and of the architecture model. Each is computed here and must stand on the page; the
 * article's own figures ("LLM VRAM Requirements", March 2026) are the literals.
 */

const page = readFileSync(new URL('../../docs/rule-of-thumb.md', import.meta.url), 'utf8')
/** The page with its line breaks taken for blanks, to find sentences in. */
const prose = page.replace(/\s+/g, ' ')
let figures: Figures

beforeAll(async () => {
  figures = new Figures(await loadCatalog())
})

function onPage(text: string): void {
  expect(prose.includes(text), `the page should say: ${text}`).toBe(true)
}

const llama70b = { model: 'llama-3-70b', format: 'int8', gpu: 'h100-pcie-80gb' }

describe('weights', () => {
  it.each([
    ['llama-3-8b', [32, 16, 8, 4]],
    ['mistral-7b', [28, 14, 7, 3.5]],
    ['llama-3-70b', [280, 140, 70, 35, 17.5]],
    ['llama-3.1-405b', [1620, 810, 405, 202.5]],
    ['qwen-72b', [288, 144, 72, 36]],
  ])('of %s reproduce the article', (id, stated) => {
    const { parameters } = articleModels.find((model) => model.id === id) ?? { parameters: Number.NaN }
    stated.forEach((gb, index) => {
      expect(figures.ruleWeights(parameters, weightFormats[index] ?? '')).toBe(gb)
    })
  })

  it('stand on the page by the rule and by the architecture', () => {
    for (const { id, name, parameters } of articleModels) {
      onPage(row(name, ...weightFormats.map((format) => shown(figures.ruleWeights(parameters, format), 2))))
      onPage(row(name, ...weightFormats.map((format) => shown(figures.weights(id, format), 2))))
    }
  })

  it('are low by the shares that the page says', () => {
    const low = (id: string, parameters: number, format: string) =>
      1 - figures.ruleWeights(parameters, format) / figures.weights(id, format)
    const at16 = articleModels.map(({ id, parameters }) => low(id, parameters, 'fp16'))
    const at4 = articleModels.map(({ id, parameters }) => low(id, parameters, 'gptq-int4'))
    onPage(`${shown(100 * Math.min(...at16), 1)} to ${shown(100 * Math.max(...at16), 1)} % low`)
    onPage(`low by up to ${shown(100 * Math.max(...at4), 0)} % for weights in 4 bits`)
  })
})

describe('KV cache', () => {
  it('of one token of Llama 3 70B is ten times the rule', () => {
    // 2 x 80 layers x 8 heads x 128 x 2 bytes
    const perToken = 2 * 80 * 8 * 128 * 2
    expect(figures.kv('llama-3-70b', 1)).toBe(2048 * perToken)
    expect(figures.kv('llama-3-70b', 1)).toBe(10 * figures.ruleKv('llama-3-70b', 1))
    onPage(`2 (key and value) x 80 layers x 8 heads x 128 wide x 2 bytes = ${shown(perToken, 0)} bytes`)
  })

  it.each([
    [1, 64, 70.06],
    [4, 256, 70.25],
    [8, 512, 70.5],
    [16, 1024, 71],
    [32, 2048, 72],
    [64, 4096, 74],
  ])('at batch %i: the article says %i MiB and %f GB with the weights', (batch, mib, total) => {
    const rule = figures.ruleKv('llama-3-70b', batch)
    const real = figures.kv('llama-3-70b', batch)
    const ruleTotal = figures.ruleWeights(70e9, 'int8') + rule / GIB
    expect(rule).toBe(mib * MIB)
    expect(Math.abs(ruleTotal - total)).toBeLessThan(0.005)
    const realTotal = figures.weights('llama-3-70b', 'int8') + real / GB
    onPage(row(batch, shown(rule / MIB, 0), shown(real / MIB, 0), shown(ruleTotal, 2), shown(realTotal, 2)))
  })

  it('of the popular models contradicts the formula in all but one', () => {
    const stated = [0.25, 0.2, 0.25, 1.5, 0.3]
    articleModels.forEach(({ id, name }, index) => {
      const rule = figures.ruleKv(id, 4) / GIB
      const real = figures.kv(id, 4) / GIB
      onPage(row(name, stated[index] ?? '', shown(rule, 3), shown(real, 3), shown(real / rule, 3)))
      expect(rule === stated[index]).toBe(id === 'llama-3-70b')
    })
  })

  it('without an architecture is 15 to 30 % of the weights, the cache of 16 to 31 sequences', () => {
    const { low, high } = ruleOfThumbKvRange(70e9)
    const sequence = figures.kv('llama-3-70b', 1)
    onPage(`${shown(low / GB, 1)} to ${shown(high / GB, 1)} GB`)
    onPage(`${shown(low / sequence, 0)} to ${shown(high / sequence, 0)} sequences of 2048 tokens`)
  })
})

describe('one GPU', () => {
  it('int8 at batch 4: 70 + 10.5 + 0.25 = 80.75 GB, which is less than what the card reports', () => {
    const result = { ...figures.rule(llama70b).evaluate(loadOf(4)) }
    expect(70 + ruleOfThumbWorkspace(70e9) / GB + result.kvBytes / GIB).toBe(80.75)
    expect(result.fits).toBe(true)
    onPage(`${shown(result.totalBytes, 0)} bytes`)
    onPage(`${shown(result.capacityBytes, 0)} bytes`)
    onPage(`${shown(result.freeBytes, 0)} bytes to spare`)
  })

  it('term by term', () => {
    const rule = figures.rule(llama70b).ledger(loadOf(4))
    const real = figures.memory(llama70b).ledger(loadOf(4))
    const gbOf = (terms: typeof rule, ...names: string[]) =>
      shown(totalBytes(terms.filter((term) => names.includes(term.name))) / GB, 2)
    const both = (label: string, ...names: string[]) => onPage(row(label, gbOf(rule, ...names), gbOf(real, ...names)))
    both('weights', 'weights')
    both('KV cache', 'kv_cache')
    both('workspace, activations', 'activations')
    both('CUDA graphs', 'graphs')
    both('runtime, CUDA context', 'runtime')
    onPage(row('total', shown(totalBytes(rule) / GB, 2), shown(totalBytes(real) / GB, 2)))
  })

  it('leaves 1.384 GiB for the cache, two sequences; 5.34 GiB and eight at utilization 0.95', () => {
    const wider = { ...llama70b, utilization: 0.95 }
    onPage(
      `is ${shown(figures.poolGib(llama70b, 4), 3)} GiB, ${figures.largestBatch(llama70b)} sequences of 2048 tokens, not 4. ` +
        `At 95 % it is ${shown(figures.poolGib(wider, 4), 2)} GiB and ${figures.largestBatch(wider)} sequences.`,
    )
  })

  it.each([
    [1, 70.1, 'yes'],
    [4, 70.3, 'yes'],
    [16, 71, 'tight'],
    [32, 72, 'may OOM'],
    [64, 74, 'OOM'],
  ])('batch %i: the article says %f GB, %s', (batch, total, verdict) => {
    const rule = figures.ruleWeights(70e9, 'int8') + figures.ruleKv('llama-3-70b', batch) / GIB
    expect(Math.round(rule * 10) / 10).toBe(total)
    const at = (utilization: number) => ({ ...figures.memory({ ...llama70b, utilization }).evaluate(loadOf(batch)) })
    const [lower, upper] = [at(0.9), at(0.95)]
    const said = (fits: boolean) => (fits ? 'yes' : 'no')
    const missing = shown(lower.shortfallBytes / GIB, 2)
    onPage(row(batch, total, verdict, said(lower.fits), said(upper.fits), missing))
  })

  it('int4 has room for 51 sequences', () => {
    const int4 = { ...llama70b, format: 'gptq-int4' }
    const workspace = ruleOfThumbWorkspace(35e9) / GB
    onPage(
      `35 + ${workspace} GB by the rule, ${shown(figures.weights('llama-3-70b', 'gptq-int4'), 2)} GB by the architecture, ` +
        `and ${figures.largestBatch(int4)} sequences of 2048 tokens`,
    )
  })
})

describe('fits or not', () => {
  it.each([
    ['llama-3-8b', 8.25, 'a10', 'fits'],
    ['llama-3-8b', 8.25, 'l40', 'fits'],
    ['llama-3-8b', 8.25, 'rtx-a6000', 'fits'],
    ['mistral-7b', 7.2, 'a10', 'fits'],
    ['mistral-7b', 7.2, 'rtx-4090', 'fits'],
    ['llama-3-70b', 70.25, 'h100-pcie-80gb', 'fits'],
    ['llama-3-70b', 70.25, 'l40s', 'fits'],
    ['llama-3-70b', 70.25, 'gh200-96gb', 'fits'],
    ['llama-3-70b', 70.25, 'a100-sxm-80gb', 'fits'],
    ['qwen-72b', 72.3, 'h100-pcie-80gb', 'fits, close'],
  ])('%s (%f GB) on %s', (model, total, gpu, verdict) => {
    const name = articleModels.find(({ id }) => id === model)?.name ?? ''
    onPage(row(name, total, gpu, verdict, figures.largestBatch({ model, format: 'int8', gpu })))
  })

  it('Llama 3.1 405B in int8 takes eight H100', () => {
    const total = 405 + 1.5
    const { low, high } = RULE_OF_THUMB.workspaceShare
    onPage(`${shown(total + 405 * low, 0)} to ${Math.floor(total + 405 * high)} GB against 400 and 480 GB`)
    const eight = { model: 'llama-3.1-405b', format: 'int8', gpu: 'h100-sxm-80gb', tensorParallel: 8 }
    onPage(`Eight hold it with room for ${figures.largestBatch(eight)} sequences of 2048 tokens`)
  })

  it('GPT-4 by its estimated parameters', () => {
    const int4 = figures.ruleWeights(1.76e12, 'gptq-int4')
    onPage(`${shown(figures.ruleWeights(1.76e12, 'fp32'), 0)} GB in fp32`)
    onPage(`which gives ${shown(int4, 0)} GB`)
    const { kvShareOfWeights, overheadWithoutArchitecture } = RULE_OF_THUMB
    const all = int4 * (1 + kvShareOfWeights.high + overheadWithoutArchitecture)
    onPage(`int4 takes ${shown(all, 0)} GB: ${Math.ceil(all / 80)} cards of 80 GB or ${Math.ceil(all / 192)} of 192 GB`)
  })

  it('two H100 SXM share weights and cache', () => {
    const two = { ...llama70b, gpu: 'h100-sxm-80gb', tensorParallel: 2 }
    const rule = figures.rule(two).ledger(loadOf(8))
    const real = figures.memory(two).ledger(loadOf(8))
    const bytes = (terms: typeof rule, ...names: string[]) =>
      totalBytes(terms.filter((term) => names.includes(term.name)))
    expect(bytes(rule, 'weights')).toBe(35 * GB)
    const line = (label: string, article: number, unit: number, ...names: string[]) =>
      onPage(row(label, article, shown(bytes(rule, ...names) / unit, 2), shown(bytes(real, ...names) / unit, 2)))
    line('weights, GB', 35, GB, 'weights')
    line('KV cache at batch 8, GiB', 0.5, GIB, 'kv_cache')
    line('activations or workspace, GB', 0, GB, 'activations')
    line('graphs, communicators, runtime, GB', 0, GB, 'graphs', 'communication', 'runtime')
    onPage(`Real engines hold ${figures.largestBatch(two)} such sequences`)
  })
})

describe('cost', () => {
  const money = (usd: number) => usd.toFixed(2).replace(/\B(?=(\d{3})+\.)/g, ',')
  const aToken = (usd: number, tokens: number) => (usd / tokens).toFixed(7)
  it('of the two serving options', () => {
    const dual = 2 * 1.99
    const [dualMonth, singleMonth] = [usdPerMonth(dual * 0.3), usdPerMonth(3.49 * 0.5)]
    onPage(row('2 x H100 PCIe, an hour', 3.98, money(dual), 'reproduces'))
    onPage(row('the same at "30% utilization", a month', 870, money(dualMonth), 'reproduces (rounded)'))
    onPage(`the same, up all month | not given | ${money(usdPerMonth(dual))}`)
    onPage(`a token of 30M a month | 0.000029 | ${aToken(dualMonth, 30e6)} | reproduces`)
    onPage(row('1 x MI300X at "50% utilization", a month', '1,274', money(singleMonth), 'reproduces'))
    onPage(`the same, up all month | not given | ${money(usdPerMonth(3.49))}`)
    onPage(`the article's 50M a month | 0.000025 | ${aToken(singleMonth, 50e6)} | contradicts`)
    onPage(`a token of 30M a month | not given | ${aToken(singleMonth, 30e6)}`)
    onPage(`dearer by ${shown(100 * (singleMonth / dualMonth - 1), 0)} %`)
    onPage(`Up all month it is ${shown(100 * (1 - usdPerMonth(3.49) / usdPerMonth(dual)), 0)} % cheaper`)
  })
  it('of the two ways to fine-tune', () => {
    const qlora = usdPerRun(1.99, 10)
    const full = usdPerRun(8 * 2.69, 10)
    onPage(row('QLoRA on 1 x H100 PCIe, 10 hours', '19.90', money(qlora), 'reproduces'))
    onPage(row('full fine-tuning on 8 x H100 SXM, 10 hours', '215.20', money(full), 'reproduces'))
    const share = shown((100 * (full - qlora)) / full, 0)
    onPage(row('saving', '195 (91 %)', `${money(full - qlora)} (${share} %)`, 'reproduces'))
  })
})

describe('training', () => {
  const gb = (bytes: number) => shown(bytes / GB, 2)
  const between = ({ low, high }: { low: number; high: number }) => `${gb(low)} to ${gb(high)}`
  it('of Llama 3 70B', () => {
    const full = ruleOfThumbFullTraining(70e9)
    const zero3 = ruleOfThumbZero3(full.total, 8)
    onPage(row('Llama 3 70B, weights', 140, gb(full.weights), 'reproduces'))
    onPage(row('gradients', 140, gb(full.gradients), 'reproduces'))
    onPage(row('Adam, "2x weights"', 280, gb(full.optimizer), 'reproduces'))
    onPage(row('activations', 70, gb(full.activations), 'reproduces'))
    onPage(row('total', 630, gb(full.total), 'reproduces'))
    onPage(row('H100 of 80 GB', 8, ruleOfThumbGpuCount(full.total, 80 * GB), 'reproduces'))
    onPage(row('a GPU of 8 with ZeRO-3', 79, gb(zero3), 'reproduces'))
    const [lora, qlora] = [ruleOfThumbLora(70e9), ruleOfThumbQlora(70e9)]
    onPage(row('LoRA, 16-bit base + adapters + optimizer', gb(lora.total.low), between(lora.sum), 'reproduces'))
    onPage(row('LoRA, H100 of 80 GB', 2, ruleOfThumbGpuCount(lora.total.high, 80 * GB), 'reproduces'))
    onPage(`QLoRA, 4-bit base + adapters + optimizer | ${between(qlora.total)} | ${between(qlora.sum)} | reproduces`)
    onPage(row('QLoRA, A100 or H100 of 80 GB', 1, ruleOfThumbGpuCount(qlora.total.high, 80 * GB), 'reproduces'))
    onPage(`x 1.5 to 2 | not given | ${between(ruleOfThumbWithoutCheckpointing(full.total))} | reproduces`)
    onPage(`x 3 to 4 | not given | ${between(ruleOfThumbCustomTraining(full.weights))} | reproduces`)
  })
  it('totals contradict each other', () => {
    const stated = [96, 84, 560, 3200, 570]
    // fp16 weights 2, gradients 2, fp32 master weights 4, momentum 4, variance 4: arXiv 1910.02054, section 3.1
    const mixedPrecision = 2 + 2 + 4 + 4 + 4
    articleModels.forEach(({ name, parameters }, index) => {
      const said = stated[index] ?? Number.NaN
      const rule = gb(ruleOfThumbFullTraining(parameters).total)
      const perParameter = shown((said * GB) / parameters, 1)
      onPage(row(name, shown(said, 0), perParameter, rule, gb(mixedPrecision * parameters)))
    })
  })
})
