import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { type Trainer, trainerSchema } from '../../src/catalog/trainer.ts'
import { trainingPhysicsSchema } from '../../src/catalog/training-physics.ts'

const catalogs = new URL('../../catalogs/', import.meta.url)
const read = (path: string): unknown => parse(readFileSync(new URL(path, catalogs), 'utf8'))
const names = (folder: string) =>
  readdirSync(new URL(`${folder}/`, catalogs)).map((file) => file.replace(/\.yaml$/, ''))
const trainers = new Map(names('trainers').map((name) => [name, trainerSchema.parse(read(`trainers/${name}.yaml`))]))
const trainer = (id: string): Trainer => trainers.get(id) ?? expect.fail(`no trainer ${id}`)
const each = [...trainers.values()].map((entry) => [entry.id, entry] as const)
const perParameter = ({ states }: Trainer) => states.weights + states.gradients + states.master + states.adam

describe('trainer catalog', () => {
  it('keeps each trainer in the file of its name, and names are unique', () => {
    for (const [file, { id }] of trainers) expect(id).toBe(file)
    const all = each.flatMap(([id, { aliases }]) => [id, ...aliases])
    expect(new Set(all).size).toBe(all.length)
  })

  it('has the trainers that people ask for, and the common recipe', () => {
    const asked = [
      'transformers',
      'deepspeed',
      'torchtune',
      'torchtitan',
      'axolotl',
      'llama-factory',
      'megatron-lm',
      'unsloth',
    ]
    for (const id of ['common', ...asked]) expect(trainers.has(id), id).toBe(true)
  })

  it.each(each)('%s: is consistent with itself', (_, entry) => {
    expect(entry.loss.supports).toContain(entry.loss.default)
    expect(entry.slack.value).toBeGreaterThanOrEqual(1)
    expect(entry.slack.value).toBeLessThan(1.5)
    const { supports, refuses } = entry
    if (supports.methods.includes('qlora')) expect(entry.quantised_bases).toContain('nf4')
    if (entry.sharding === 'none') expect(supports.zero_stages).toEqual([0])
    if (supports.virtual_pipeline) expect(supports.pipeline_parallel).toBe(true)
    for (const { when } of refuses) {
      expect(Object.keys(when).length).toBeGreaterThan(0)
      // A rule about something that the trainer does not offer would never be read.
      for (const stage of when.zero_stages ?? []) expect(supports.zero_stages).toContain(stage)
      for (const method of when.methods ?? []) expect(supports.methods).toContain(method)
      for (const offload of when.offload ?? []) expect(supports.offload).toContain(offload)
      for (const optimizer of when.optimizers ?? []) expect(supports.optimizers).toContain(optimizer)
      if (when.min_tensor_parallel !== undefined) expect(supports.tensor_parallel).toBe(true)
      if (when.min_pipeline_parallel !== undefined) expect(supports.pipeline_parallel).toBe(true)
      if (when.min_context_parallel !== undefined) expect(supports.context_parallel).toBe(true)
      if (when.min_expert_parallel !== undefined) expect(supports.expert_parallel).toBe(true)
    }
  })

  it('recipes of states, bytes a parameter', () => {
    // deepspeedai/DeepSpeed config-json.md: bf16 weights and gradients, fp32 master and moments: 2 + 2 + 4 + 8.
    expect(perParameter(trainer('common'))).toBe(16)
    expect(perParameter(trainer('deepspeed'))).toBe(16)
    // pytorch/torchtitan configs.py: fp32 weights, gradients and moments.
    expect(perParameter(trainer('torchtitan'))).toBe(16)
    // pytorch/torchtune 8B_full.yaml: everything in bf16.
    expect(perParameter(trainer('torchtune'))).toBe(8)
    // NVIDIA/Megatron-LM optimizer_config.py: fp32 gradients beside bf16 weights.
    expect(perParameter(trainer('megatron-lm'))).toBe(18)
  })

  it('constants with the number of runs behind them', () => {
    expect(trainer('common')).toMatchObject({ slack: { value: 1.08, records: 0 }, loss: { full: { value: 14 } } })
    expect(trainer('fsdp-qlora')).toMatchObject({ slack: { value: 1.2, records: 20 }, loss: { full: { value: 16 } } })
    expect(trainer('torchtitan')).toMatchObject({ slack: { value: 1.08, records: 4 }, loss: { full: { value: 12 } } })
    expect(trainer('torchtune')).toMatchObject({ slack: { value: 1.03, records: 3 }, loss: { default: 'chunked' } })
    expect(trainer('megatron-lm')).toMatchObject({ slack: { value: 1 }, loss: { full: { value: 4, records: 6 } } })
    expect(trainer('litgpt')).toMatchObject({ extra_activation_bytes: 5, quantised_input_copies: { value: 2.5 } })
    expect(trainer('ms-swift-2').varying_length_factor).toEqual({ value: 2.45, records: 25 })
    // Older kernels are slower, by less than the 1.47 that one layout of DeepSeek V3 gained between 25.11 and 26.06.
    const { value, records } = trainer('megatron-bridge-25').time_factor
    expect(records).toBe(14)
    expect(value).toBeGreaterThan(1)
    expect(value).toBeLessThan(6422 / 4357)
    expect(trainer('megatron-bridge').time_factor.value).toBe(1)
  })

  it('gives the reason why ZeRO-3 and a pipeline do not go together', () => {
    for (const id of ['common', 'deepspeed']) {
      const rule = trainer(id).refuses.find(
        ({ when }) => when.zero_stages?.includes(3) === true && when.min_pipeline_parallel === 2,
      )
      expect(rule?.reason).toMatch(/pipeline/)
    }
  })
})

describe('training physics', () => {
  const physics = trainingPhysicsSchema.parse(read('physics/training.yaml'))

  it('knows only generations that exist', () => {
    const generations = new Set(names('generations'))
    for (const id of Object.keys(physics.generations)) expect(generations.has(id), id).toBe(true)
  })

  it('refuses a class or band that no table has', () => {
    const raw = read('physics/training.yaml') as { generations: object; reliability: { spot: object } }
    const generations = { ...raw.generations, ada: { class: 'adda' } }
    expect(trainingPhysicsSchema.safeParse({ ...raw, generations }).error?.issues[0]).toMatchObject({
      path: ['generations', 'ada'],
      message: 'no such entry: "adda"',
    })
    const spot = { ...raw.reliability.spot, default_band: 'aws-p6' }
    expect(
      trainingPhysicsSchema.safeParse({ ...raw, reliability: { ...raw.reliability, spot } }).error?.issues[0]?.path,
    ).toEqual(['reliability', 'spot', 'default_band'])
  })
})
