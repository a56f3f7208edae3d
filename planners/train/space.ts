import type { Catalog } from '../../src/catalog/catalog.ts'
import type { Space, Variable } from '../search/space.ts'
import type { TrainAssignment } from './assignment.ts'
import { trainConstraints } from './constraints.ts'
import { type Machine, machinesOf } from './machines.ts'
import type { TrainRequest } from './request.ts'
import { load, pay, prepare } from './system.ts'

/** Numbers of machines that are tried: powers of two and the steps between them. */
const INSTANCES = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024]

/**
 * What a training plan chooses, from the outside in: method and optimizer, machine and how many of them, how the model is split
 * over the GPUs, what is sharded, offloaded and recomputed, the micro-batch, and the offer. Data parallelism and gradient
 * accumulation follow from the GPUs and the global batch.
 */
export function trainSpace(request: TrainRequest, catalog: Catalog): Space<TrainAssignment> {
  const machines = machinesOf(request, catalog)
  const counts = new Map<Machine, readonly number[]>(
    machines.map((machine) => [machine, INSTANCES.filter((count) => count * machine.gpuCount <= request.maxGpus)]),
  )
  const variables: Variable<TrainAssignment>[] = [
    variable('method', request.methods, (a, value) => {
      a.method = value
    }),
    {
      name: 'lora_rank',
      dependsOn: ['method'],
      // Full training has no adapters, so there is nothing to choose.
      domain: (a) => (a.method === 'full' ? ONE : request.loraRanks),
      bind: (a, value: number) => {
        a.loraRank = value
      },
    },
    variable('optimizer', request.optimizers, (a, value) => {
      a.optimizer = value
    }),
    variable('machine', machines, (a, value) => {
      a.machine = value
    }),
    {
      name: 'instances',
      dependsOn: ['machine'],
      domain: (a) => counts.get(a.machine) ?? [],
      bind: (a, value: number) => {
        a.instances = value
      },
    },
    variable('tensor_parallel', request.tensorParallel, (a, value) => {
      a.tensorParallel = value
    }),
    variable('pipeline_parallel', request.pipelineParallel, (a, value) => {
      a.pipelineParallel = value
    }),
    variable('virtual_pipeline', request.virtualPipeline, (a, value) => {
      a.virtualPipeline = value
    }),
    variable('context_parallel', request.contextParallel, (a, value) => {
      a.contextParallel = value
    }),
    variable('expert_parallel', request.expertParallel, (a, value) => {
      a.expertParallel = value
    }),
    variable('zero_stage', request.zeroStages, (a, value) => {
      a.zeroStage = value
    }),
    variable('offload', request.offloads, (a, value) => {
      a.offload = value
    }),
    variable('activation_checkpointing', request.checkpointings, (a, value) => {
      a.checkpointing = value
    }),
    variable('micro_batch', request.microBatches, (a, value) => {
      a.microBatch = value
    }),
    {
      name: 'offer',
      dependsOn: ['machine'],
      domain: (a) => a.machine.offers,
      bind: (a, value: TrainAssignment['priced']) => {
        a.priced = value
      },
    },
  ]
  return {
    variables,
    derivations: [
      { needs: PREPARED, compute: (a) => prepare(request, catalog, a) },
      { needs: ['micro_batch'], compute: (a) => load(request, a) },
      { needs: ['offer'], compute: (a) => pay(request, catalog, a) },
    ],
    constraints: trainConstraints(request),
  }
}

const ONE = [1]

/** Everything that memory and time are prepared for. */
export const PREPARED = [
  'method',
  'lora_rank',
  'optimizer',
  'machine',
  'instances',
  'tensor_parallel',
  'pipeline_parallel',
  'virtual_pipeline',
  'context_parallel',
  'expert_parallel',
  'zero_stage',
  'offload',
  'activation_checkpointing',
]

function variable<T>(
  name: string,
  values: readonly T[],
  bind: (assignment: TrainAssignment, value: T) => void,
): Variable<TrainAssignment> {
  return { name, domain: () => values, bind }
}
