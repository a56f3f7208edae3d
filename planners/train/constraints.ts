import type { Trainer } from '../../src/catalog/trainer.ts'
import { parallelismProblem, type SplittingProgram } from '../../src/memory/feasibility.ts'
import { BYTES_PER_GIB } from '../../src/units.ts'
import { maxInstances } from '../max-instances.ts'
import type { Constraint } from '../search/space.ts'
import type { TrainAssignment } from './assignment.ts'
import type { TrainRequest } from './request.ts'
import { leastStateBytes } from './states.ts'

const REFUSED = Number.POSITIVE_INFINITY
const refuse = (refused: boolean): number => (refused ? REFUSED : 0)
const MEMORY_REASON = 'weights, gradients, optimizer states and activations do not fit the fullest GPU'

/** What a training plan must satisfy, one by one, each with the reason a reader is told. */
export function trainConstraints(request: TrainRequest): Constraint<TrainAssignment>[] {
  const { tensors, trainer, globalBatch } = request
  const { supports } = trainer
  const program = splittingProgram(trainer)
  const splits = new Map<string, boolean>()
  const splitProblem = (tensorParallel: number, pipelineParallel: number): boolean => {
    const key = `${tensorParallel} ${pipelineParallel}`
    const known = splits.get(key)
    if (known !== undefined) return known
    const problem =
      parallelismProblem(tensors, program, { tensorParallel, pipelineParallel, expertParallel: 1 }) !== null
    splits.set(key, problem)
    return problem
  }
  return [
    {
      name: 'trainer',
      reason: `${trainer.name} does not offer it`,
      needs: ['method', 'optimizer'],
      violation: (a) => refuse(!supports.methods.includes(a.method) || !supports.optimizers.includes(a.optimizer)),
    },
    {
      name: 'trainer_gpu',
      reason: `${trainer.name} does not run this method on GPUs of this maker, or the GPU has no bf16`,
      needs: ['method', 'machine'],
      violation: (a) => {
        const { gpu } = a.machine
        const vendors = a.method === 'qlora' ? supports.qlora_vendors : supports.vendors
        return refuse(!vendors.includes(gpu.vendor) || gpu.kind !== 'gpu' || !gpu.formats.bf16)
      },
    },
    {
      name: 'tensor_parallel',
      reason: 'tensor parallelism must divide heads, vocabulary and MLP width, and stay inside one machine',
      needs: ['machine', 'tensor_parallel'],
      violation: (a) =>
        refuse(
          a.tensorParallel > Math.min(a.machine.gpuCount, a.machine.gpu.interconnect.domain_size) ||
            splitProblem(a.tensorParallel, 1),
        ),
    },
    {
      name: 'pipeline_parallel',
      reason: 'a pipeline cannot have more stages than the model has layers, and the trainer must offer it',
      needs: ['pipeline_parallel'],
      violation: (a) => refuse(splitProblem(1, a.pipelineParallel)),
    },
    {
      name: 'virtual_pipeline',
      reason: 'interleaved stages must divide the layers, and the trainer must offer them',
      needs: ['pipeline_parallel', 'virtual_pipeline'],
      violation: (a) =>
        refuse(
          a.virtualPipeline > 1 &&
            (a.pipelineParallel === 1 ||
              !supports.virtual_pipeline ||
              tensors.layerCount % (a.pipelineParallel * a.virtualPipeline) !== 0),
        ),
    },
    {
      name: 'context_parallel',
      reason: 'context parallelism must divide the sequence, and the trainer must offer it',
      needs: ['context_parallel'],
      violation: (a) =>
        refuse(
          a.contextParallel > 1 && (!supports.context_parallel || request.sequenceLength % a.contextParallel !== 0),
        ),
    },
    {
      name: 'data_parallel',
      reason: 'tensor x pipeline x context parallelism must divide the GPUs',
      needs: ['machine', 'instances', 'tensor_parallel', 'pipeline_parallel', 'context_parallel'],
      violation: (a) => refuse(a.gpus % a.modelParallel !== 0),
    },
    {
      name: 'global_batch',
      reason: 'the global batch must be micro-batch x accumulation x data parallel, all whole numbers',
      needs: ['machine', 'instances', 'tensor_parallel', 'pipeline_parallel', 'context_parallel'],
      violation: (a) => refuse(globalBatch % a.dataParallel !== 0),
    },
    {
      name: 'expert_parallel',
      reason:
        'expert parallelism must divide the experts and the data- and tensor-parallel ranks, and the trainer must offer it',
      needs: ['machine', 'instances', 'tensor_parallel', 'pipeline_parallel', 'context_parallel', 'expert_parallel'],
      violation: (a) =>
        refuse(
          a.expertParallel > 1 &&
            (!supports.expert_parallel ||
              request.profile.experts === 0 ||
              request.profile.experts % a.expertParallel !== 0 ||
              (a.dataParallel * a.tensorParallel) % a.expertParallel !== 0),
        ),
    },
    {
      name: 'zero_stage',
      reason: 'the trainer does not offer this ZeRO stage, or there is no second rank to share with',
      needs: [
        'machine',
        'instances',
        'tensor_parallel',
        'pipeline_parallel',
        'context_parallel',
        'zero_stage',
        'offload',
      ],
      violation: (a) =>
        refuse(
          !supports.zero_stages.includes(a.zeroStage) ||
            (a.zeroStage > 0 && a.offload === 'none' && a.dataParallel * a.contextParallel === 1),
        ),
    },
    {
      name: 'offload',
      reason: 'the trainer does not move this to host memory: optimizer states need ZeRO, parameters ZeRO-3',
      needs: ['zero_stage', 'offload'],
      violation: (a) =>
        refuse(
          !supports.offload.includes(a.offload) ||
            (a.offload === 'optimizer' && a.zeroStage === 0) ||
            (a.offload === 'parameters' && a.zeroStage < 3),
        ),
    },
    {
      name: 'checkpointing',
      reason: 'the trainer does not offer this kind of activation checkpointing',
      needs: ['activation_checkpointing'],
      violation: (a) => refuse(!supports.checkpointing.includes(a.checkpointing)),
    },
    {
      name: 'combination',
      reason: refusals(trainer),
      needs: [
        'method',
        'optimizer',
        'tensor_parallel',
        'pipeline_parallel',
        'context_parallel',
        'expert_parallel',
        'zero_stage',
        'offload',
      ],
      violation: (a) => refuse(refusedBy(trainer, a) !== null),
    },
    {
      // The same limit before anything is counted exactly: the states alone, shared as widely as they can be.
      name: 'memory',
      reason: MEMORY_REASON,
      unit: 'bytes',
      needs: [
        'method',
        'optimizer',
        'machine',
        'instances',
        'tensor_parallel',
        'pipeline_parallel',
        'context_parallel',
        'zero_stage',
        'offload',
      ],
      evaluates: true,
      violation: (a) => leastStateBytes(request, a) - a.machine.gpu.memory.usable_gib * BYTES_PER_GIB,
      limit: (a) => a.machine.gpu.memory.usable_gib * BYTES_PER_GIB,
    },
    {
      name: 'network',
      reason: 'several machines need a network whose rate is known, and several GPUs a link between them',
      needs: ['activation_checkpointing', 'micro_batch'],
      evaluates: true,
      violation: (a) => refuse(a.time === null),
    },
    {
      name: 'micro_batch',
      reason: 'the micro-batch must divide the share of the global batch of one data-parallel rank',
      needs: ['micro_batch'],
      violation: (a) => refuse(!Number.isInteger(a.gradientAccumulation(globalBatch))),
    },
    {
      name: 'memory',
      reason: MEMORY_REASON,
      unit: 'bytes',
      needs: ['micro_batch'],
      evaluates: true,
      violation: (a) => (a.memoryResult.fits ? 0 : Math.max(1, a.memoryResult.shortfallBytes)),
      limit: (a) => a.memoryResult.capacityBytes,
    },
    {
      name: 'deadline',
      reason: 'the run computes longer than the deadline allows',
      unit: 'hours',
      needs: ['micro_batch'],
      evaluates: true,
      violation: (a) => (request.deadlineHours === null ? 0 : a.computeHours - request.deadlineHours),
      limit: () => request.deadlineHours ?? 1,
    },
    maxInstances(),
    {
      name: 'host_memory',
      reason: 'offloaded states do not fit the memory of the machine',
      unit: 'bytes',
      needs: ['offer'],
      evaluates: true,
      violation: (a) => hostBytes(a) - (a.priced.offer.ram_gb ?? Number.POSITIVE_INFINITY) * 1e9,
      limit: (a) => (a.priced.offer.ram_gb ?? 1) * 1e9,
    },
    {
      name: 'progress',
      reason: 'interruptions and checkpoints take all of the time: the run never ends',
      needs: ['offer'],
      evaluates: true,
      violation: (a) => refuse(!Number.isFinite(a.hours)),
    },
    {
      name: 'deadline',
      reason: 'the run with its checkpoints and interruptions takes longer than the deadline allows',
      unit: 'hours',
      needs: ['offer'],
      evaluates: true,
      violation: (a) => (request.deadlineHours === null ? 0 : a.hours - request.deadlineHours),
      limit: () => request.deadlineHours ?? 1,
    },
    {
      name: 'budget',
      reason: 'the run costs more than the budget',
      unit: 'usd',
      needs: ['offer'],
      evaluates: true,
      violation: (a) => (request.budgetUsd === null ? 0 : a.usdPerRun - request.budgetUsd),
      limit: () => request.budgetUsd ?? 1,
    },
  ]
}

/** A trainer as what splits a model. */
export function splittingProgram({ name, supports }: Trainer): SplittingProgram {
  return {
    name,
    weight_files: 'safetensors',
    parallelism: {
      tensor: supports.tensor_parallel,
      pipeline: supports.pipeline_parallel,
      expert: 'divisor',
      multi_node: true,
    },
  }
}

/** Host memory of one machine, bytes. */
export function hostBytes(a: TrainAssignment): number {
  return a.memoryResult.hostBytes * Math.min(a.gpus, a.machine.gpuCount)
}

/** What trainers refuse combinations of. */
export type Combination = Pick<
  TrainAssignment,
  | 'method'
  | 'zeroStage'
  | 'offload'
  | 'optimizer'
  | 'tensorParallel'
  | 'pipelineParallel'
  | 'contextParallel'
  | 'expertParallel'
>

/** The first combination that the trainer refuses here, or null. */
export function refusedBy(trainer: Trainer, a: Combination): string | null {
  const row = trainer.refuses.find(({ when }) => {
    const within = (list: readonly unknown[] | undefined, value: unknown): boolean =>
      list === undefined || list.includes(value)
    const atLeast = (least: number | undefined, value: number): boolean => least === undefined || value >= least
    return (
      within(when.methods, a.method) &&
      within(when.zero_stages, a.zeroStage) &&
      within(when.offload, a.offload) &&
      within(when.optimizers, a.optimizer) &&
      atLeast(when.min_tensor_parallel, a.tensorParallel) &&
      atLeast(when.min_pipeline_parallel, a.pipelineParallel) &&
      atLeast(when.min_context_parallel, a.contextParallel) &&
      atLeast(when.min_expert_parallel, a.expertParallel)
    )
  })
  return row?.reason ?? null
}

function refusals(trainer: Trainer): string {
  return trainer.refuses.length === 0
    ? 'the trainer refuses nothing'
    : trainer.refuses.map(({ reason }) => reason).join('; ')
}
