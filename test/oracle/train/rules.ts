import type { Gpu } from '../../../src/catalog/gpu.ts'
import type { Choice } from './choice.ts'
import { tensorParallelDivides } from './model.ts'
import type { Wanted } from './wanted.ts'

/** A rule of form: whether a choice can be carried out at all, whatever it needs and costs. Named as results name it. */
export interface Rule {
  readonly name: string
  readonly holds: (choice: Choice, wanted: Wanted, gpu: Gpu) => boolean
}

/**
 * The rules of form. A reader finds each as the reason that a result gives (`constraints`) and, for what a trainer offers, in
 * `catalogs/trainers` and the docstrings of src/catalog/trainer.ts.
 */
export const rules: readonly Rule[] = [
  {
    name: 'trainer',
    holds: ({ method, optimizer }, { trainer: { supports } }) =>
      supports.methods.includes(method) && supports.optimizers.includes(optimizer),
  },
  {
    name: 'trainer_gpu',
    holds: ({ method }, { trainer: { supports } }, gpu) => {
      const makers = method === 'qlora' ? supports.qlora_vendors : supports.vendors
      return makers.includes(gpu.vendor) && gpu.kind === 'gpu' && gpu.formats.bf16
    },
  },
  {
    // "must divide heads, vocabulary and MLP width, and stay inside one machine": and there among the GPUs that its link joins.
    name: 'tensor_parallel',
    holds: ({ tensorParallel, rented }, { trainer, model }, gpu) =>
      tensorParallel === 1 ||
      (trainer.supports.tensor_parallel &&
        tensorParallel <= rented.offer.gpu_count &&
        tensorParallel <= gpu.interconnect.domain_size &&
        tensorParallelDivides(model.tensors, tensorParallel)),
  },
  {
    name: 'pipeline_parallel',
    holds: ({ pipelineParallel }, { trainer, model }) =>
      pipelineParallel === 1 || (trainer.supports.pipeline_parallel && pipelineParallel <= model.layers),
  },
  {
    name: 'virtual_pipeline',
    holds: ({ virtualPipeline, pipelineParallel }, { trainer, model }) =>
      virtualPipeline === 1 ||
      (trainer.supports.virtual_pipeline &&
        pipelineParallel > 1 &&
        Number.isInteger(model.layers / pipelineParallel / virtualPipeline)),
  },
  {
    name: 'context_parallel',
    holds: ({ contextParallel }, { trainer, sequenceLength }) =>
      contextParallel === 1 ||
      (trainer.supports.context_parallel && Number.isInteger(sequenceLength / contextParallel)),
  },
  { name: 'data_parallel', holds: ({ dataParallel }) => Number.isInteger(dataParallel) },
  {
    name: 'global_batch',
    holds: ({ dataParallel }, { globalBatch }) => Number.isInteger(globalBatch / dataParallel),
  },
  {
    // Experts are spread over ranks of the data- and tensor-parallel groups, as many on each.
    name: 'expert_parallel',
    holds: ({ expertParallel, dataParallel, tensorParallel }, { trainer, model }) =>
      expertParallel === 1 ||
      (trainer.supports.expert_parallel &&
        model.experts > 0 &&
        Number.isInteger(model.experts / expertParallel) &&
        Number.isInteger((dataParallel * tensorParallel) / expertParallel)),
  },
  {
    // Sharding needs a second rank; with offloading a single rank runs the same code.
    name: 'zero_stage',
    holds: ({ zeroStage, offload, dataParallel, contextParallel }, { trainer }) =>
      trainer.supports.zero_stages.includes(zeroStage) &&
      (zeroStage === 0 || offload !== 'none' || dataParallel * contextParallel > 1),
  },
  {
    name: 'offload',
    holds: ({ offload, zeroStage }, { trainer }) => {
      if (!trainer.supports.offload.includes(offload)) return false
      if (offload === 'optimizer') return zeroStage >= 1
      return offload === 'none' || zeroStage === 3
    },
  },
  { name: 'combination', holds: (choice, { trainer }) => !trainer.refuses.some(({ when }) => isRefused(choice, when)) },
  {
    name: 'checkpointing',
    holds: ({ checkpointing }, { trainer }) => trainer.supports.checkpointing.includes(checkpointing),
  },
  { name: 'micro_batch', holds: ({ accumulation }) => Number.isInteger(accumulation) },
]

type When = Wanted['trainer']['refuses'][number]['when']

/** "Every condition named must hold." */
function isRefused(choice: Choice, when: When): boolean {
  if (when.methods !== undefined && !when.methods.includes(choice.method)) return false
  if (when.zero_stages !== undefined && !when.zero_stages.includes(choice.zeroStage)) return false
  if (when.offload !== undefined && !when.offload.includes(choice.offload)) return false
  if (when.optimizers !== undefined && !when.optimizers.includes(choice.optimizer)) return false
  if (choice.tensorParallel < (when.min_tensor_parallel ?? 1)) return false
  if (choice.pipelineParallel < (when.min_pipeline_parallel ?? 1)) return false
  if (choice.contextParallel < (when.min_context_parallel ?? 1)) return false
  return choice.expertParallel >= (when.min_expert_parallel ?? 1)
}
