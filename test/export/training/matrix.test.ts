import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { planText } from '../../../planners/index.ts'
import { exportPlan } from '../../../src/export/from-plan.ts'
import { exportTarget } from '../../../src/export/index.ts'
import type { ExportFile } from '../../../src/export/target.ts'
import type { TrainPlan } from '../../../src/result/train.ts'
import { InputError } from '../../../src/scenario/diagnostic.ts'
import { bashProblem } from './bash.ts'
import { catalog, scenarioText } from './fixtures.ts'

/*
 * Every shipped training scenario to every target that takes training: each either exports files that parse, or refuses with a reason
 * and with what to do. A target for one trainer is tried again on a plan for that trainer.
 */

const SCENARIOS = [
  'article-finetune-full',
  'article-finetune-qlora',
  'train-405b-pretrain',
  'train-70b-compare',
  'train-70b-full',
  'train-70b-lora',
  'train-70b-qlora',
  'train-7b-consumer',
  'train-8b-full',
  'train-8b-lora',
  'train-mixtral-lora',
]
const TARGETS = [
  'deepspeed',
  'accelerate',
  'axolotl',
  'llama-factory',
  'torchtune',
  'torchtitan',
  'megatron',
  'skypilot',
  'slurm',
]

function planOf(name: string, set: readonly string[] = []): TrainPlan | null {
  const { best } = planText(scenarioText(name), `scenarios/${name}.yaml`, catalog, { asOf: '2026-11-21', top: 0, set })
  return best as TrainPlan | null
}

const plans = new Map(SCENARIOS.map((name) => [name, planOf(name)]))

/** Files, or the message of the refusal. */
function tried(name: string, plan: TrainPlan, id: string): readonly ExportFile[] | string {
  const target = exportTarget(id)
  if (target === undefined) throw new Error(`no target ${id}`)
  try {
    return exportPlan({ name, plan, header: [`${name}: a plan`] }, target, catalog)
  } catch (error) {
    if (error instanceof InputError) return error.message
    throw error
  }
}

function check(plan: TrainPlan, files: readonly ExportFile[]): void {
  expect(files.length).toBeGreaterThan(0)
  for (const { name, text } of files) {
    expect(name).toMatch(/^[A-Za-z0-9._-]+$/)
    expect(text).not.toMatch(/NaN|undefined|\[object/)
    if (name.endsWith('.json')) {
      const config = JSON.parse(text)
      const { micro_batch, gradient_accumulation, data_parallel } = plan.configuration
      expect(config.train_batch_size).toBe(micro_batch * gradient_accumulation * data_parallel)
    }
    if (name.endsWith('.yaml')) expect(parse(text, { strict: true })).toBeTypeOf('object')
    if (/\.(sh|sbatch)$/.test(name)) expect(bashProblem(text)).toBe('')
  }
}

/** What of the shipped scenarios exports as shipped. */
const EXPECTED: Readonly<Record<string, number>> = {
  // All but the pretraining, which is for Megatron-LM.
  deepspeed: 10,
  accelerate: 10,
  axolotl: 10,
  'llama-factory': 10,
  // They run no plan but their own trainer's.
  torchtune: 0,
  torchtitan: 0,
  megatron: 1,
  skypilot: 11,
  slurm: 11,
}

describe.each(TARGETS)('%s', (id) => {
  it(`exports ${EXPECTED[id]} of ${SCENARIOS.length} shipped scenarios and gives reasons for the others`, () => {
    let exported = 0
    for (const [name, plan] of plans) {
      if (plan === null) throw new Error(`${name} has no plan`)
      const result = tried(name, plan, id)
      if (typeof result === 'string') expect(result, name).toMatch(/cannot express|has no name for/)
      else {
        check(plan, result)
        exported += 1
      }
    }
    expect(exported).toBe(EXPECTED[id])
  })
})

/** Plans for the trainer that a target runs: what exports, and what is refused for which reason. */
describe.each<[target: string, trainer: string, scenario: string, reason: string | null]>([
  ['accelerate', 'transformers', 'train-8b-full', null],
  ['accelerate', 'transformers', 'train-70b-qlora', null],
  ['axolotl', 'axolotl', 'train-8b-full', null],
  ['axolotl', 'axolotl', 'train-70b-lora', null],
  ['axolotl', 'axolotl', 'train-mixtral-lora', null],
  ['llama-factory', 'llama-factory', 'train-8b-full', null],
  ['torchtune', 'torchtune', 'train-8b-full', null],
  ['torchtune', 'torchtune', 'train-8b-lora', null],
  ['torchtune', 'torchtune', 'train-70b-qlora', null],
  ['torchtune', 'torchtune', 'train-7b-consumer', 'recomputes selectively'],
  ['torchtitan', 'torchtitan', 'train-8b-full', null],
  ['torchtitan', 'torchtitan', 'train-70b-lora', null],
  ['torchtitan', 'torchtitan', 'train-mixtral-lora', 'no recipe of it for mixtral-8x7b'],
  ['megatron', 'megatron-lm', 'train-8b-full', null],
  ['megatron', 'megatron-lm', 'train-70b-full', null],
  ['slurm', 'torchtitan', 'train-8b-full', null],
  ['skypilot', 'torchtune', 'train-8b-lora', null],
  ['skypilot', 'megatron-lm', 'train-70b-full', null],
])('%s, planned for %s', (target, trainer, scenario, reason) => {
  it(`${scenario}: ${reason ?? 'exports'}`, () => {
    const plan = planOf(scenario, [`trainer=${trainer}`])
    if (plan === null) throw new Error('no plan')
    const result = tried(scenario, plan, target)
    if (reason === null) {
      if (typeof result === 'string') throw new Error(result)
      check(plan, result)
    } else expect(result).toContain(reason)
  })
})
