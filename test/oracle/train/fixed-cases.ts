import type { OddOffer } from './draw-offers.ts'
import type { TrainWish } from './wish.ts'

/** A scenario with all the offers of its catalog. */
export interface FixedCase {
  readonly name: string
  readonly wish: TrainWish
  readonly offers: readonly OddOffer[]
}

const OFFER: OddOffer = {
  gpu: 'h100-sxm-80gb',
  gpu_count: 1,
  ram_gb: null,
  region: 'here',
  usd_per_hour: { 'on-demand': 2 },
  owned: undefined,
  link: null,
  network_gbit_per_second: null,
  as_of: '2026-11-01',
  confidence: 'medium',
  max_instances: undefined,
  set: null,
}

/** One recipe, so that machines and hours alone decide. */
const SEARCH: NonNullable<TrainWish['search']> = {
  zero_stage: [0, 1],
  offload: ['none'],
  activation_checkpointing: ['full'],
  micro_batch: [1, 2],
  tensor_parallel: [1],
  pipeline_parallel: [1],
}

/** Machines for which a network is known, at so many dollars an hour. */
const networked = (dollars: number, changes: Partial<OddOffer> = {}): OddOffer => ({
  ...OFFER,
  usd_per_hour: { 'on-demand': dollars },
  network_gbit_per_second: 400,
  ...changes,
})

const plan = (
  name: string,
  wish: Omit<TrainWish, 'kind' | 'model'> & { model?: string },
  offers: OddOffer[],
): FixedCase => ({
  name,
  wish: { kind: 'train', model: 'smollm2-360m', search: SEARCH, ...wish },
  offers,
})

const SHARDED = { ...SEARCH, zero_stage: [3], max_gpus: 16 } satisfies TrainWish['search']
const LINKED = networked(1, { link: 'pcie', region: 'there' })
const STATED = { data: { tokens: 10_000 }, hours: 10 } as const

/** What random draws once found, each a defect of the program then. */
export const found: readonly FixedCase[] = [
  plan('no more machines are planned than an offer has', { data: { tokens: 1e9 }, objective: 'time' }, [
    networked(2, { max_instances: 2 }),
  ]),
  plan(
    'energy under stated hours is that of the machines taken, not of all that may be, so the smaller machine wins',
    { data: { tokens: 10_000 }, hours: 1, objective: 'energy' },
    // The larger one computes for fewer dollars, so it is searched first.
    [
      { ...OFFER, gpu: 'mi300x' },
      { ...OFFER, gpu: 'mi300x', gpu_count: 8, usd_per_hour: { 'on-demand': 0.1 } },
    ],
  ),
  ...[1, 4].map((dollars) =>
    plan(
      `a link stated of a single GPU changes nothing, at $${dollars} beside one of $2`,
      { model: 'mistral-7b', data: { tokens: 1e6 }, objective: 'time', search: SHARDED },
      [{ ...LINKED, usd_per_hour: { 'on-demand': dollars } }, networked(2)],
    ),
  ),
  plan(
    'how memory is counted changes no hours: a checkpoint is as large by a rule of thumb',
    { model: 'mistral-7b', data: { tokens: 500_000 }, memory_model: 'rule-of-thumb' },
    [OFFER],
  ),
]

/** Ties and rules that draws seldom meet. */
export const seldomDrawn: readonly FixedCase[] = [
  ...(['cost', 'time'] as const).map((objective) =>
    plan(
      `of equal dollars the fewer GPUs win, against the order of ids, for least ${objective}`,
      { ...STATED, objective },
      [networked(4, { gpu_count: 4 }), networked(4)],
    ),
  ),
  plan('of equal dollars and GPUs the first id wins', { ...STATED, objective: 'gpus' }, [
    networked(4),
    networked(2),
    networked(2, { region: 'a-first' }),
  ]),
  plan('one machine of two GPUs against two of one at the same price', { ...STATED, objective: 'energy' }, [
    networked(2, { gpu_count: 2 }),
    networked(1),
  ]),
  plan(
    'tensor parallelism stays among the GPUs that the link joins, though the machine holds twice as many',
    { model: 'llama-3.1-8b', data: { tokens: 1e6 }, search: { ...SEARCH, tensor_parallel: [8, 16], max_gpus: 32 } },
    [networked(40, { gpu_count: 16 })],
  ),
  plan(
    'expert parallelism divides the experts: 3 ranks cannot share 32',
    {
      model: 'granite-3.1-1b-a400m',
      data: { tokens: 1e6 },
      global_batch: 12,
      trainer: 'torchtitan',
      search: { ...SEARCH, expert_parallel: [1, 2, 3] },
    },
    [networked(2, { gpu_count: 3 })],
  ),
]
