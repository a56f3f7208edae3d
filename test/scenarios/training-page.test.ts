import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Catalog, get } from '../../src/catalog/catalog.ts'
import { loadCatalog } from '../../src/io/load-catalog.ts'
import { prepareReliability } from '../../src/performance/reliability.ts'
import type { TrainingLoad } from '../../src/performance/training/input.ts'
import type { TrainingTime } from '../../src/performance/training/training-time.ts'
import { ALL_LINEAR, gibOf, phaseGib, training } from '../memory/training/fixtures.ts'
import { prepare, speed, terms } from '../performance/training/fixtures.ts'
import { GIB, row, shown } from './article-figures.ts'

/* The figures that docs/training.md prints, computed again from the shipped catalogs. */

const text = readFileSync(new URL('../../docs/training.md', import.meta.url), 'utf8')
const page = text.replace(/\s+/g, ' ')
/** A section of the page, from its heading to the next. */
const section = (heading: string) => {
  const [, after] = text.split(`## ${heading}`)
  if (after === undefined) throw new Error(`no section "${heading}"`)
  return after.split('\n## ')[0]?.split('\n### ')[0]?.replace(/\s+/g, ' ') ?? ''
}
let catalog: Catalog
beforeAll(async () => {
  catalog = await loadCatalog()
})

function onPage(wanted: string, where = page): void {
  expect(where.includes(wanted), `the page should say: ${wanted}`).toBe(true)
}

/** The figure that follows a label in a section, equal to the computed one to its last printed digit. */
function figureOf(where: string, label: string, unit: string, computed: number): void {
  const escaped = label.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const [, printed = ''] = new RegExp(` ${escaped} (?:.*? )??([\\d,.]+) ${unit}`).exec(where) ?? []
  const value = Number(printed.replaceAll(',', ''))
  const digits = printed.split('.')[1]?.length ?? 0
  expect(printed, `${label} on the page`).not.toBe('')
  // A hand calculation rounds its steps: the last digit may differ by one.
  expect(Math.abs(value - computed), `${label}: ${printed} printed, ${computed} computed`).toBeLessThanOrEqual(
    1.01 * 10 ** -digits,
  )
}

describe('trainers', () => {
  it.each(text.match(/^\| ([a-z-]+) \| \d \| \d \|/gm)?.map((line) => line.split(' ')[1] ?? '') ?? [])(
    '%s keeps the bytes of its row',
    (id) => {
      const { states: s, adapters: a, slack } = get(catalog, 'trainers', id)
      const adapters = `${a.weights} + ${a.gradients} + ${a.adam}`
      onPage(row(id, s.weights, s.gradients, s.master, s.adam, adapters, slack.value))
    },
  )
})

describe('memory', () => {
  it('works Llama 3 8B on 8 GPUs', () => {
    const where = section('Example: Llama 3 8B, full, DeepSpeed ZeRO-3 on 8 GPUs')
    const memory = training({
      model: 'llama-3-8b',
      by: 'deepspeed',
      zeroStage: 3,
      dataParallel: 8,
      sequenceLength: 4096,
    })
    const load = { microBatch: 1, gradientAccumulation: 4 }
    const ledger = memory.ledger(load)
    figureOf(where, 'weights', 'GiB', gibOf(ledger, 'weights'))
    figureOf(where, 'moments and master', 'GiB', gibOf(ledger, 'optimizer') + gibOf(ledger, 'master_weights'))
    figureOf(where, 'gradients', 'GiB', gibOf(ledger, 'gradients'))
    figureOf(where, 'reduce buffers', 'GiB', gibOf(ledger, 'communication'))
    figureOf(where, 'saved', 'GiB', gibOf(ledger, 'activations'))
    figureOf(where, 'loss', 'GiB', gibOf(ledger, 'loss'))
    const phases = phaseGib(memory, 1, 4)
    for (const phase of ['backward start', 'block backward', 'backward end', 'optimizer step']) {
      figureOf(where, phase, 'GiB', phases[phase] ?? Number.NaN)
    }
    figureOf(where, 'device', 'GiB', memory.evaluate(load).totalBytes / GIB)
  })

  it('works Llama 3 70B with QLoRA on one GPU', () => {
    const where = section('Example: Llama 3 70B, QLoRA on one 80 GB GPU')
    const memory = training({
      model: 'llama-3-70b',
      method: 'qlora',
      lora: { rank: 16, targets: ALL_LINEAR },
      doubleQuantization: true,
    })
    const load = { microBatch: 1, gradientAccumulation: 16 }
    const ledger = memory.ledger(load)
    onPage(shown(memory.trainableParameters, 0), where)
    expect(gibOf(ledger, 'weights')).toBeCloseTo(32.887 + 7.833, 3)
    const rules = readFileSync(new URL('../../docs/rule-of-thumb.md', import.meta.url), 'utf8').replace(/\s+/g, ' ')
    onPage(`its base takes ${((gibOf(ledger, 'weights') * GIB) / 1e9).toFixed(1)} GB instead of 35`, rules)
    figureOf(where, 'adapters, their gradients', 'GiB', gibOf(ledger, 'adapters'))
    figureOf(where, 'moments', 'GiB', gibOf(ledger, 'optimizer'))
    figureOf(where, 'saved', 'GiB', gibOf(ledger, 'activations'))
    figureOf(where, 'loss', 'GiB', gibOf(ledger, 'loss'))
    const phases = phaseGib(memory, 1, 16)
    figureOf(where, 'backward start', 'GiB', phases['backward start'] ?? Number.NaN)
    figureOf(where, 'block backward', 'GiB', phases['block backward'] ?? Number.NaN)
    figureOf(where, 'device', 'GiB', memory.evaluate(load).totalBytes / GIB)
    expect(memory.evaluate({ microBatch: 2, gradientAccumulation: 16 }).fits).toBe(true)
  })
})

describe('time', () => {
  const seconds = (where: string, time: TrainingTime, load: TrainingLoad, names: Record<string, string>) => {
    const values = terms(time, load)
    for (const [label, name] of Object.entries(names)) figureOf(where, label, 's', values[name] ?? Number.NaN)
    const { tokensPerSecond, stepSeconds } = speed(time, load)
    const [, tokens = ''] = /([\d,]+) tokens\/s/.exec(where) ?? []
    // Printed to four digits.
    expect(Math.abs(tokensPerSecond / Number(tokens.replaceAll(',', '')) - 1)).toBeLessThan(1e-3)
    onPage(stepSeconds.toFixed(where.includes('43.8 s') ? 1 : 2), where)
  }

  it('works LoRA of Llama 3 70B on 8 H100', () => {
    const where = section('Example: Llama 3 70B, LoRA, ZeRO-3 over 8 H100 SXM')
    const lora = { rank: 16, targets: [...ALL_LINEAR] }
    const sharded = { zeroStage: 3, dataParallel: 8, shardDegree: 8, activationCheckpointing: 'full' } as const
    const time = prepare({ model: 'llama-3-70b', configuration: { method: 'lora', lora, ...sharded } })
    seconds(
      where,
      time,
      { microBatch: 2, gradientAccumulation: 4 },
      {
        gemm: 'gemm',
        attention: 'attention',
        'element-wise': 'elementwise',
        head: 'head',
        compute: 'compute',
        'of which shows 0.495': 'exposed_sharding',
      },
    )
  })

  it('works pre-training of Llama 3.1 405B on 1,024 H100', () => {
    const where = section('Example: Llama 3.1 405B on 1,024 H100, TP8 PP8 interleaved 8')
    const parallel = { tensorParallel: 8, pipelineParallel: 8, virtualPipeline: 8 }
    const time = prepare({
      model: 'llama-3.1-405b',
      trainerId: 'megatron-lm',
      configuration: { zeroStage: 1, dataParallel: 16, shardDegree: 16, ...parallel, sequenceLength: 8192 },
    })
    const load = { microBatch: 1, gradientAccumulation: 64 }
    seconds(where, time, load, {
      gemm: 'gemm',
      attention: 'attention',
      'element-wise': 'elementwise',
      accumulation: 'accumulate',
      'x 0.82': 'exposed_activations',
      'less 0.505 of compute': 'exposed_reduce',
    })
    onPage(`${(100 * (terms(time, load).bubble ?? Number.NaN)).toFixed(2)} %`, where)
    onPage(`${(100 * speed(time, load).modelFlopsUtilization).toFixed(0)} % of peak`, where)
  })

  it('works QLoRA of Llama 3 8B on one RTX 4090', () => {
    const where = section('Example: Llama 3 8B, QLoRA on one RTX 4090')
    const lora = { rank: 16, targets: [...ALL_LINEAR] }
    const time = prepare({
      model: 'llama-3-8b',
      gpuId: 'rtx-4090',
      gpusPerNode: 1,
      networkGbPerSecondPerGpu: null,
      configuration: { method: 'qlora', lora, sequenceLength: 2048, activationCheckpointing: 'full' },
    })
    seconds(
      where,
      time,
      { microBatch: 4, gradientAccumulation: 4 },
      {
        gemm: 'gemm',
        attention: 'attention',
        'element-wise': 'elementwise',
        dequantisation: 'dequantise',
        head: 'head',
      },
    )
  })

  it('prints the shares and rates of the catalog', () => {
    const { classes, hidden_sharding: hidden, elementwise_bytes: elementwise } = catalog.physics.training
    const shares = (label: string, id: string) => {
      const { gemm, attention } = classes[id] ?? { gemm: undefined, attention: undefined }
      onPage(`| ${label} | ${gemm?.bf16.value.toFixed(3)} | ${attention?.value.toFixed(3)} | ${gemm?.bf16.records}`)
    }
    shares('A100', 'ampere')
    shares('H100, H200', 'hopper')
    shares('Blackwell', 'blackwell')
    shares('GeForce and workstation, Ampere and Ada', 'geforce')
    shares('AMD, Gaudi, TPU', 'assumed-capped')
    onPage(`H = ${hidden.fabric.value.toFixed(3)} of the compute time is hidden (${hidden.pcie.value.toFixed(3)} where`)
    onPage(`${elementwise.value} T h L / (t p)`)
  })
})

describe('reliability', () => {
  it('works Llama 3.1 405B on 1,024 H100', () => {
    const where = section('Failures, checkpoints, spot instances')
    const { reliability: physics } = catalog.physics.training
    const result = prepareReliability({
      gpus: 1024,
      instances: 128,
      spotInstance: null,
      trainableParameters: 405_853_388_800,
      method: 'full',
      physics,
      checkpointBytesPerSecond: 40e9,
    })
    onPage(`${(result.meanSecondsBetweenInterruptions / 3600).toFixed(1)} h`, where)
    onPage(
      `= ${shown(result.checkpointBytes / 1e9, 0)} GB at 40 GB/s = ${result.checkpointSeconds.toFixed(0)} s`,
      where,
    )
    // 6,320 by hand, which rounds the checkpoint to 142 s
    expect(result.checkpointIntervalSeconds / 6320).toBeCloseTo(1, 3)
    onPage('= 6,320 s', where)
    onPage(`= ${(100 * result.lostShare).toFixed(1)} %`, where)
    const { low, value, high } = physics.gpu_hours_per_failure
    onPage(`${shown(value, 0)} GPU-hours a failure is the middle of ${shown(low, 0)} to ${shown(high, 0)}`, where)
  })
})
