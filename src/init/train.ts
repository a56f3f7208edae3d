import { trainDefaults as d } from '../scenario/train-defaults.ts'
import type { TrainingMethod } from '../training/configuration.ts'
import { percent } from '../units.ts'
import { hardwareChoices, priceChoices } from './hardware.ts'
import { type ModelName, modelRow } from './model.ts'
import { commentedOut, indented, plainNumber, type Row, row } from './yaml.ts'

/** What a new training scenario is to say. */
export interface TrainWish {
  readonly model: ModelName
  readonly methods: readonly TrainingMethod[]
  /** One pass over the data. */
  readonly data: { readonly tokens: number } | { readonly examples: number; readonly tokensPerExample: number }
  readonly epochs: number
  /** Tokens of a sequence. */
  readonly sequenceLength: number
  /** As a scenario writes it: `72h`, `3d`, `2027-03-31`; null: none. */
  readonly deadline: string | null
  /** US dollars for the run; null: no limit. */
  readonly budgetUsd: number | null
}

/** Rows of a training scenario below its heading. */
export function trainRows(wish: TrainWish): Row[] {
  return [
    row('kind: train'),
    modelRow(wish.model),
    row('data:'),
    ...indented([
      ...dataRows(wish),
      row(`epochs: ${plainNumber(wish.epochs)}`, `passes over the data (default ${d.epochs})`),
    ]),
    row(
      `sequence_length: ${plainNumber(wish.sequenceLength)}`,
      `tokens; examples are packed into sequences of it (default ${d.sequenceLength})`,
    ),
    row(`global_batch: ${d.globalBatch}`, `sequences of an optimizer step (default ${d.globalBatch})`),
    ...limits(wish),
    row(`objective: ${d.objective}`, `least cost, time, gpus or energy (default ${d.objective})`),
    row(
      `headroom: ${percent(d.headroom)}`,
      `of each GPU's memory, kept free beyond everything counted (default ${percent(d.headroom)})`,
    ),
    row('search:', 'each list narrows the choice; a key left out takes its default'),
    ...indented([
      row(
        `method: [${wish.methods.join(', ')}]`,
        `full, lora, qlora: the best of those listed is taken (default ${d.method.join(', ')})`,
      ),
      ...adapterRows(wish.methods),
      row(
        `pricing: [${d.pricing.join(', ')}]`,
        `on-demand, spot, reserved-1y, reserved-3y (default ${d.pricing.join(', ')})`,
      ),
      row(`max_gpus: ${d.maxGpus}`, `of the whole run (default ${d.maxGpus})`),
      ...commentedOut([
        ...hardwareChoices,
        row(
          'optimizer: [adamw, adamw-8bit]',
          `also paged-adamw-8bit, adafactor, sgd, lion, muon (default ${d.optimizer.join(', ')})`,
        ),
        row('zero_stage: [0, 1, 2, 3]', 'what data-parallel ranks divide; 3 is FSDP full shard (default: all)'),
        row(
          'micro_batch: [1, 2, 4, 8]',
          `sequences of one micro-step on one rank (default ${d.microBatch.join(', ')})`,
        ),
      ]),
    ]),
    ...commentedOut([
      row('trainer: axolotl', `an id of \`plan catalog list trainers\` (default ${d.trainer}: under DeepSpeed)`),
      ...priceChoices,
    ]),
  ]
}

function dataRows({ data }: TrainWish): Row[] {
  if ('tokens' in data)
    return [row(`tokens: ${plainNumber(data.tokens)}`, 'of one pass; or examples and tokens_per_example')]
  return [
    row(`examples: ${plainNumber(data.examples)}`, 'of one pass; or tokens: 10M instead of these two'),
    row(`tokens_per_example: ${plainNumber(data.tokensPerExample)}`, 'mean'),
  ]
}

function limits({ deadline, budgetUsd }: TrainWish): Row[] {
  const time = row(
    `deadline: ${deadline === null ? '72h' : scalarOfTime(deadline)}`,
    'after so long, or by a date such as 2027-03-31 (default: none)',
  )
  const money = row(`budget: ${budgetUsd ?? 500}`, 'US dollars that the run may cost at most (default: no limit)')
  return [
    ...(deadline === null ? commentedOut([time]) : [time]),
    ...(budgetUsd === null ? commentedOut([money]) : [money]),
  ]
}

/** Durations are plain text; a date is kept from being read as one by readers of YAML 1.1. */
function scalarOfTime(text: string): string {
  return /^\d+[a-z]+$/.test(text) ? text : JSON.stringify(text)
}

function adapterRows(methods: readonly TrainingMethod[]): Row[] {
  const lora = row(
    `lora: { rank: [${d.loraRank}], targets: ${d.loraTargets} }`,
    'adapters; targets attention or [q_proj, v_proj] (default as here)',
  )
  return methods.some((method) => method !== 'full') ? [lora] : []
}
