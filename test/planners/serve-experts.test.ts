import { beforeAll, describe, expect, it } from 'vitest'
import { planText } from '../../planners/index.ts'
import { type Catalog, get } from '../../src/catalog/catalog.ts'
import { loadCatalog } from '../../src/io/load-catalog.ts'

/* Experts of a width that no degree divides can still be spread whole over the ranks of a tensor-parallel group. */

const WIDTH = 1001

let catalog: Catalog
beforeAll(async () => {
  const shipped = await loadCatalog()
  const like = get(shipped, 'models', 'granite-3.1-1b-a400m')
  if (like.architecture === undefined) throw new Error('the model is known by its layers')
  const layers = like.architecture.layers.map((group) =>
    group.mlp.kind === 'moe' ? { ...group, mlp: { ...group.mlp, intermediate_size: WIDTH } } : group,
  )
  const model = { ...like, id: 'odd-experts', architecture: { ...like.architecture, layers } }
  catalog = { ...shipped, models: new Map([...shipped.models, [model.id, model]]) }
})

function planned(expertParallel: readonly number[]): ReturnType<typeof planText> {
  const scenario = {
    kind: 'serve',
    model: 'odd-experts',
    traffic: { concurrency: 4, input_tokens: 100, output_tokens: 100 },
    search: { gpus: ['h100-sxm-80gb'], tensor_parallel: [2], pipeline_parallel: [1], expert_parallel: expertParallel },
  }
  return planText(JSON.stringify(scenario), 'scenario.yaml', catalog, { asOf: '2026-11-21' })
}

describe('experts 1,001 wide over two GPUs', () => {
  it('are planned where each GPU holds half of the experts', () => {
    expect(planned([1, 2]).best?.configuration).toMatchObject({ tensor_parallel: 2, expert_parallel: 2 })
    expect(planned([2]).best?.configuration).toMatchObject({ tensor_parallel: 2, expert_parallel: 2 })
  })

  it('are refused where every GPU would hold half of each', () => {
    const result = planned([1])
    expect(result.best).toBeNull()
    expect(result.search.rejected.tensor_parallel).toBeGreaterThan(0)
  })
})
