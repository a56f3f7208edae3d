import { describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { planText } from '../../../planners/index.ts'
import { exportPlan } from '../../../src/export/from-plan.ts'
import { exportTarget } from '../../../src/export/index.ts'
import type { ExportFile } from '../../../src/export/target.ts'
import { type Plan, planSchema } from '../../../src/result/plan.ts'
import { InputError } from '../../../src/scenario/diagnostic.ts'
import { bashProblem } from '../training/bash.ts'
import { catalog, scenarioText } from './fixtures.ts'

/*
 * Every shipped serving scenario to every target that takes serving plans: each either exports files that parse and carry the numbers
 * of the plan, or refuses with a reason and with what to do. Engines are asked for a plan of their own.
 */

const SCENARIOS = [
  'article-70b-int4-h100',
  'article-70b-int8-h100',
  'article-70b-tensor-parallel',
  'article-cost-dual-h100',
  'article-cost-mi300x',
  'serve-405b',
  'serve-70b',
  'serve-8b',
  'serve-consumer',
  'serve-deepseek-v3',
  'serve-gpt-4-estimated',
  'serve-long-context',
  'serve-mixtral',
  'serve-qwen-72b',
]
const ENGINES = ['vllm', 'sglang', 'tensorrt-llm', 'llama.cpp']
/** Its weights are published nowhere: only a guess of its parameter count is. */
const ONLY_COUNTED = ['serve-gpt-4-estimated']
const CLUSTERS = ['docker-compose', 'kubernetes', 'kserve', 'skypilot', 'slurm']

/** The best plan, or null where there is none or the scenario asks what the engine cannot have. */
function planOf(name: string, set: readonly string[] = []): Plan | null {
  try {
    const options = { asOf: '2026-11-21', top: 0, set }
    return planText(scenarioText(name), `scenarios/${name}.yaml`, catalog, options).best as Plan | null
  } catch (error) {
    if (error instanceof InputError) return null
    throw error
  }
}

const own = new Map(SCENARIOS.map((name) => [name, planOf(name)]))

/** Files, or the message of the refusal. */
function tried(name: string, plan: Plan, id: string): readonly ExportFile[] | string {
  const target = exportTarget(id)
  if (target === undefined) throw new Error(`no target ${id}`)
  try {
    return exportPlan({ name, plan, header: [`${name}: a plan`] }, target, catalog)
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    expect(error.diagnostics[0]?.hint, error.message).toBeTruthy()
    return error.message
  }
}

/** What each file must be, whatever the plan. */
function check(files: readonly ExportFile[], { configuration }: Plan): void {
  expect(files.length).toBeGreaterThan(0)
  const texts = files.map(({ text }) => text).join('\n')
  // llama.cpp counts the tokens of its cache, not those of one sequence.
  if (configuration.engine !== 'llama.cpp') expect(texts).toMatch(new RegExp(`\\b${configuration.context}\\b`))
  expect(texts).toMatch(new RegExp(`\\b${configuration.max_concurrency}\\b`))
  expect(texts).not.toMatch(/NaN|undefined|\[object/)
  for (const { name, text } of files) {
    expect(text).toMatch(/^(#!.*\n(#SBATCH.*\n)*)?# /)
    if (/\.(sh|sbatch)$/.test(name)) expect(bashProblem(text), name).toBe('')
    if (/\.ya?ml$/.test(name)) expect(parseAllDocuments(text).flatMap(({ errors }) => errors)).toEqual([])
  }
}

describe('shipped serving scenarios', () => {
  test.each(CLUSTERS)('to %s', (id) => {
    const outcomes = [...own].flatMap(([name, plan]) =>
      plan === null ? [] : [{ name, plan, out: tried(name, plan, id) }],
    )
    for (const { plan, out } of outcomes) if (typeof out !== 'string') check(out, plan)
    const refused = outcomes.filter(({ out }) => typeof out === 'string')
    expect(refused.map(({ name }) => name)).toEqual(ONLY_COUNTED)
  })

  test.each(ENGINES)('planned for %s, to its own target and to a cluster', (engine) => {
    const plans = SCENARIOS.flatMap((name) => {
      const plan = planOf(name, [`engine=${engine}`])
      return plan === null ? [] : [{ name, plan }]
    })
    expect(plans.length).toBeGreaterThan(0)
    const outcomes = plans.flatMap(({ name, plan }) =>
      [engine, 'kubernetes'].map((id) => ({ id, name, plan, out: tried(name, plan, id) })),
    )
    for (const { plan, out } of outcomes) if (typeof out !== 'string') check(out, plan)
    const counts = [engine, 'kubernetes'].map((id) => {
      const here = outcomes.filter((each) => each.id === id)
      return `${id}: ${here.filter(({ out }) => typeof out !== 'string').length} of ${here.length}`
    })
    const exported = plans.filter(({ name }) => !ONLY_COUNTED.includes(name)).length
    expect(counts).toEqual([engine, 'kubernetes'].map((id) => `${id}: ${exported} of ${plans.length}`))
  })

  test('a plan says all that an export needs, and goes through JSON unchanged', () => {
    for (const [name, plan] of own) {
      if (plan === null) continue
      const saved = planSchema.parse(JSON.parse(JSON.stringify(plan)))
      for (const id of [plan.configuration.engine, 'kubernetes'])
        expect(tried(name, saved, id)).toEqual(tried(name, plan, id))
    }
  })
})
