import type { Catalog } from '../src/catalog/catalog.ts'
import { applyDefaults } from '../src/scenario/defaults.ts'
import { inputError } from '../src/scenario/diagnostic.ts'
import { parseSingle } from '../src/scenario/single.ts'
import { applyTrainDefaults } from '../src/scenario/train-defaults.ts'
import { resolveServe } from './serve/resolve.ts'
import { resolveTrain } from './train/resolve.ts'

/**
 * The values of one dimension of a scenario's search, by which `plan compare --by` splits it: those that the scenario lists, or
 * all that its search would try. `set` changes keys first, as the planning itself does.
 * @throws InputError for a dimension that this kind of scenario does not have.
 */
export function dimensionValues(
  text: string,
  file: string,
  catalog: Catalog,
  dimension: string,
  asOf: string,
  set: readonly string[] = [],
): string[] {
  const { scenario } = parseSingle(text, file, catalog, set, asOf)
  const values =
    scenario.kind === 'train'
      ? trainValues(applyTrainDefaults(scenario, 'scenario', catalog).scenario, catalog, asOf)
      : serveValues(applyDefaults(scenario).scenario, catalog, asOf)
  const found = Object.hasOwn(values, dimension) ? values[dimension] : undefined
  if (found === undefined) {
    throw inputError(`--by ${dimension}: a ${scenario.kind} scenario has no such dimension`, {
      hint: `one of ${Object.keys(values).join(', ')}`,
    })
  }
  return [...new Set(found().map(String))]
}

type Values = Readonly<Record<string, () => readonly (string | number)[]>>

function serveValues(scenario: ReturnType<typeof applyDefaults>['scenario'], catalog: Catalog, asOf: string): Values {
  const { request } = resolveServe(scenario, catalog, { asOf, alternatives: 0, utilizationGiven: false })
  return {
    gpu: () => request.gpus.map(({ id }) => id).filter((id) => request.offers.some(({ offer }) => offer.gpu === id)),
    provider: () => request.offers.map(({ offer }) => offer.provider).sort(),
    quantization: () => request.quantizations.map(({ id }) => id),
    kv_cache: () => request.kvFormats.map(({ id }) => id),
    tensor_parallel: () => request.tensorParallel,
    pipeline_parallel: () => request.pipelineParallel,
    expert_parallel: () => request.expertParallel,
    pricing: () => scenario.search.pricing,
  }
}

function trainValues(
  scenario: ReturnType<typeof applyTrainDefaults>['scenario'],
  catalog: Catalog,
  asOf: string,
): Values {
  const { request } = resolveTrain(scenario, catalog, { asOf, alternatives: 0 })
  return {
    method: () => request.methods,
    gpu: () => request.gpus.map(({ id }) => id).filter((id) => request.offers.some(({ offer }) => offer.gpu === id)),
    provider: () => request.offers.map(({ offer }) => offer.provider).sort(),
    optimizer: () => request.optimizers,
    zero_stage: () => request.zeroStages,
    offload: () => request.offloads,
    activation_checkpointing: () => request.checkpointings,
    micro_batch: () => request.microBatches,
    tensor_parallel: () => request.tensorParallel,
    pipeline_parallel: () => request.pipelineParallel,
    virtual_pipeline: () => request.virtualPipeline,
    context_parallel: () => request.contextParallel,
    expert_parallel: () => request.expertParallel,
    lora_rank: () => request.loraRanks,
    pricing: () => scenario.search.pricing,
  }
}
