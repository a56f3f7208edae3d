import { beforeAll, describe, expect, it } from 'vitest'
import { planScenario } from '../../planners/index.ts'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { loadCatalog } from '../../src/io/load-catalog.ts'
import type { FleetResult } from '../../src/result/fleet.ts'

/* Replicas larger than a node: Llama 3.1 70B in 16 bit takes 131 GiB, four L4 have 88. */

let catalog: Catalog
beforeAll(async () => {
  catalog = await loadCatalog()
})

async function placed(engine: string, format: string): Promise<FleetResult> {
  const text = JSON.stringify({
    kind: 'fleet',
    inventory: [{ offer: 'aws/g6.12xlarge/us-east-1', max_instances: 4 }],
    workloads: [
      {
        kind: 'serve',
        name: 'large',
        model: 'llama-3.1-70b',
        engine,
        context: 2048,
        traffic: { concurrency: 1, input_tokens: 1000, output_tokens: 200 },
        search: { quantization: [format] },
      },
    ],
  })
  const refuse = (): never => {
    throw new Error('the fleet names no other file')
  }
  const result = await planScenario(text, 'fleet.yaml', catalog, { asOf: '2026-11-21' }, refuse)
  if (result.kind !== 'fleet') throw new Error(`a fleet gave a result of kind ${result.kind}`)
  return result
}

describe('a replica larger than a node', () => {
  it('stands on several where the engine spans machines', async () => {
    const { placements } = await placed('vllm', 'bf16')
    expect(placements).toHaveLength(1)
    expect(placements[0]?.plan.placement).toMatchObject({ gpus_per_instance: 4, instances: 2 })
  })

  it('has no place where the engine does not, which is an answer and no defect', async () => {
    const { placements, unplaced } = await placed('llama.cpp', 'gguf-f16')
    expect(placements).toEqual([])
    expect(unplaced.map(({ workload }) => workload)).toEqual(['large'])
  })
})
