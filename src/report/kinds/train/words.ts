import type { TrainConfiguration, TrainPlan } from '../../../result/train.ts'
import { count, percent, rate, seconds, usd, usdPerHour } from '../../../units.ts'
import { counted } from '../../words.ts'

const METHODS: Readonly<Record<TrainConfiguration['method'], string>> = { full: 'full', lora: 'LoRA', qlora: 'QLoRA' }

/** `full`, `LoRA r16`, `QLoRA r16`. */
export function method({ method: name, lora_rank }: TrainConfiguration): string {
  return lora_rank === null ? METHODS[name] : `${METHODS[name]} r${lora_rank}`
}

/** How states and work are spread over the GPUs: `ZeRO-0`, `ZeRO-1 DP4 TP8 PP4`. Degrees of one are not said. */
export function layout(configuration: TrainConfiguration): string {
  const { zero_stage, data_parallel } = configuration
  return [`ZeRO-${zero_stage}`, degree('DP', data_parallel), ...modelParallel(configuration)].filter(Boolean).join(' ')
}

/** The same in a table beside the GPUs, from which data parallelism follows; `+host` where states are offloaded. */
export function shortLayout(configuration: TrainConfiguration): string {
  const { zero_stage, offload } = configuration
  return [`ZeRO-${zero_stage}`, ...modelParallel(configuration), offload === 'none' ? '' : '+host']
    .filter(Boolean)
    .join(' ')
}

/** The method with its optimizer, where that is not the usual one. */
export function shortMethod(configuration: TrainConfiguration): string {
  const { optimizer } = configuration
  return optimizer === USUAL_OPTIMIZER ? method(configuration) : `${method(configuration)} ${optimizer}`
}

const USUAL_OPTIMIZER = 'adamw'

function modelParallel(configuration: TrainConfiguration): string[] {
  const { tensor_parallel, pipeline_parallel, context_parallel, expert_parallel } = configuration
  const degrees = [
    ['TP', tensor_parallel],
    ['PP', pipeline_parallel],
    ['CP', context_parallel],
    ['EP', expert_parallel],
  ] as const
  return degrees.map(([name, ranks]) => degree(name, ranks))
}

function degree(name: string, ranks: number): string {
  return ranks > 1 ? `${name}${ranks}` : ''
}

const OFFLOADED: Readonly<Record<TrainConfiguration['offload'], string | null>> = {
  none: null,
  optimizer: 'optimizer offloaded',
  parameters: 'parameters offloaded',
}

/** `QLoRA r16, ZeRO-0, micro-batch 2 x 32`: method, layout, what the host holds, sequences of a micro-step x micro-steps. */
export function how({ configuration }: TrainPlan): string {
  const { offload, micro_batch, gradient_accumulation } = configuration
  return [
    method(configuration),
    layout(configuration),
    OFFLOADED[offload],
    `micro-batch ${count(micro_batch)} x ${count(gradient_accumulation)}`,
  ]
    .filter((part) => part !== null)
    .join(', ')
}

/** A wall clock: `61.3 h`, below an hour in the unit a person would choose. */
export function hoursText(hours: number): string {
  return hours !== 0 && hours < 1 ? seconds(hours * 3600) : `${rate(hours)} h`
}

/** `61.3 h, $79.10 a run, $1.29/h`; null where no price is known. */
export function money({ cost, performance }: TrainPlan): string | null {
  if (cost.usd_per_hour === null) return null
  const run = cost.usd_per_run === null ? [] : [hoursText(performance.hours), `${usd(cost.usd_per_run)} a run`]
  return [...run, usdPerHour(cost.usd_per_hour)].join(', ')
}

const CHECKPOINTING: Readonly<Record<TrainConfiguration['activation_checkpointing'], string>> = {
  none: 'no activation checkpointing',
  selective: 'selective activation checkpointing',
  full: 'full activation checkpointing',
}

/** Trainer, optimizer, recomputation, batch, and GPUs that are paid for without being used. */
export function makeup({ configuration, placement }: TrainPlan): string[] {
  const { trainer, optimizer, activation_checkpointing, sequence_length, global_batch, virtual_pipeline } =
    configuration
  const idle = placement.gpus - gpusUsed(configuration)
  return [
    `trainer ${trainer}`,
    optimizer,
    CHECKPOINTING[activation_checkpointing],
    `${counted(global_batch, 'sequence')} of ${count(sequence_length)} tokens a step`,
    ...(virtual_pipeline > 1 ? [`${virtual_pipeline} chunks a stage`] : []),
    ...(idle > 0 ? [`${count(idle)} of ${counted(placement.gpus, 'GPU')} paid for and idle`] : []),
  ]
}

function gpusUsed(configuration: TrainConfiguration): number {
  const { data_parallel, tensor_parallel, pipeline_parallel, context_parallel } = configuration
  return data_parallel * tensor_parallel * pipeline_parallel * context_parallel
}

/** Throughput and how much of the time is lost, and to what. */
export function reaches({ performance }: TrainPlan): string[] {
  const { steps, tokens_per_second, model_flops_utilization, pipeline_bubble, lost_share, checkpoint_minutes } =
    performance
  const isOnlyOne = checkpoint_minutes / 60 >= performance.compute_hours * (1 - 1e-9)
  const checkpoints = isOnlyOne
    ? ' (one checkpoint, at the end)'
    : ` (a checkpoint every ${seconds(checkpoint_minutes * 60)})`
  return [
    counted(steps, 'step'),
    `${rate(tokens_per_second)} tokens/s`,
    // Zero where the scenario states its hours: nothing was computed.
    ...(model_flops_utilization > 0 ? [`${percent(model_flops_utilization)} of peak FLOPS`] : []),
    ...(pipeline_bubble > 0 ? [`${percent(pipeline_bubble)} pipeline bubble`] : []),
    // What would print as 0 % is not worth a line.
    ...(lost_share >= 0.0005 ? [`${percent(lost_share)} lost to checkpoints and failures${checkpoints}`] : []),
  ]
}
