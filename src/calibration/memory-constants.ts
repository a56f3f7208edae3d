import type { Catalog } from '../catalog/catalog.ts'
import type { MemoryConstants } from '../catalog/engine.ts'
import type { Fitted } from '../catalog/facts.ts'
import type { Trainer } from '../catalog/trainer.ts'
import type { Constant, Place } from './parameters.ts'

interface Prior {
  /** Physical start, in the unit of the constant. */
  readonly start: number
  /** Standard deviation of the logarithm around it. */
  readonly spread: number
}

/*
 * Physical starts: what is counted in the engine's source or expected of the libraries, before any start-up log is
 * read.
 *
 * - activation base: matrix-product workspaces of 8 to 32 MiB a handle (cuBLAS documentation, CUBLAS_WORKSPACE_CONFIG),
 *   the attention kernel's own, and rounding of the allocator to segments of 20 MiB: about a tenth of a GiB.
 * - outside the allocator, one GPU: loaded kernels of PyTorch and the libraries, a few hundred MB, lazily loaded or
 *   not.
 * - over NVLink: NCCL's buffers (4 MiB a channel and direction for some dozens of channels, several communicators) and
 *   the buffers of custom all-reduce: in the order of a GiB, a little more with every doubling of the ranks. Over PCIe
 *   the buffers of peer access are missing.
 * - graphs: kernel nodes of some KiB each, some ten a layer and captured size, 51 sizes: in the order of 10 MB a layer;
 *   the largest size's buffers in the shared pool, 512 tokens in 16 bit for each of some dozens: in the order of 1e-4 GiB
 *   a hidden unit; the pool's first segments. Orders of magnitude: what a node takes is not documented.
 */
const SERVING_PRIOR = {
  activation_base_gib: { start: 0.1, spread: 0.8 },
  runtime_single_gib: { start: 0.2, spread: 0.6 },
  runtime_nvlink_base_gib: { start: 1, spread: 0.8 },
  runtime_nvlink_per_doubling_gib: { start: 0.1, spread: 1 },
  runtime_pcie_gib: { start: 0.3, spread: 0.6 },
  graphs_base_gib: { start: 0.3, spread: 0.7 },
  graphs_per_layer_gib: { start: 0.01, spread: 1 },
  graphs_per_hidden_gib: { start: 1e-4, spread: 1 },
} as const satisfies Partial<Record<keyof MemoryConstants, Prior>>

/**
 * Bytes of sampler buffers for each sequence and vocabulary entry, counted from vLLM's sampler. With a sort: logits 2 +
 * 4, sorted keys 4, 64-bit indices 8, scratch of the sort 12, probabilities 4, their cumulative sum 4; without: logits
 * 2 + 4, probabilities 4, noise 4. Spread: whether one 16-bit or 32-bit tensor is freed in time.
 */
const SAMPLER_COUNTS = [38, 14] as const
const SAMPLER_SPREAD = 0.1

/** The count that a value stands for, by the nearest in proportion. */
function samplerPrior(value: number): Prior {
  const distance = (counted: number): number => Math.abs(Math.log(value / counted))
  const start = SAMPLER_COUNTS.reduce<number>(
    (best, next) => (distance(next) < distance(best) ? next : best),
    SAMPLER_COUNTS[0],
  )
  return { start, spread: SAMPLER_SPREAD }
}

/**
 * Constants of what servers hold beside weights and cache. Releases of an engine that hold the same value share it: too
 * few start-up logs tell them apart, and where one was taken over from the other they stay together. A constant of 0
 * says that the engine's accounting has no such term, and stays.
 */
export function servingMemoryConstants(catalog: Catalog): Constant[] {
  const list: Constant[] = []
  for (const engine of catalog.engines.values()) {
    const shared = new Map<string, Shared>()
    engine.releases.forEach(({ memory }, index) => {
      const add = (key: keyof typeof SERVING_PRIOR | 'sampler_bytes', prior: Prior): void => {
        const object = memory[key]
        if (object.value <= 0) return
        share(shared, `${key} ${object.value}`, prior, object, {
          subject: 'engines',
          id: engine.id,
          path: ['releases', index, 'memory', key],
        })
      }
      for (const [key, prior] of entries(SERVING_PRIOR)) add(key, prior)
      add('sampler_bytes', samplerPrior(memory.sampler_bytes.value))
    })
    list.push(...constantsOf(shared))
  }
  return list
}

/**
 * A caching allocator that serves equal sizes again and again holds about a twentieth more than is alive (PyTorch's
 * segments of 2 and 20 MiB).
 */
const SLACK: Prior = { start: 1.05, spread: 0.05 }
/** Cached blocks of one length rarely serve another: as much again as is alive. */
const VARYING_LENGTHS: Prior = { start: 2, spread: 0.3 }
/** LitGPT's rotary embedding keeps the rotated halves of query and key: 2 bytes of each. */
const EXTRA_ACTIVATIONS: Prior = { start: 4, spread: 0.4 }

/**
 * Bytes of the loss block for each token and vocabulary entry, counted from the tensors alive at the start of the
 * backward pass. Transformers: 16-bit logits 2, fp32 copy 4, log-softmax 4, its gradient 4. Its releases of early 2024:
 * fp32 logits and a shifted copy, each with a gradient or log-softmax, 4 x 4. PyTorch recipes with fp32 logits: 4 + 4 +
 * 4. LitGPT: logits 2, log-softmax 4, gradient 2. Megatron's fused kernel: logits and gradient, 2 + 2. Spread: half of
 * one tensor.
 */
const LOSS_COUNTS: Readonly<Record<string, number>> = {
  'fsdp-qlora': 16,
  'ms-swift-2': 16,
  torchtitan: 12,
  torchtune: 12,
  litgpt: 8,
  'litgpt-2023': 8,
  'megatron-lm': 4,
  'megatron-bridge': 4,
  'megatron-bridge-25': 4,
}
const LOSS_COUNT_OF_TRANSFORMERS = 14
const LOSS_SPREAD = 0.12

/**
 * Inputs of 4-bit products in 16-bit values: bitsandbytes 0.41 keeps them once, later releases in fp32, which is twice.
 */
const INPUT_COPIES: Readonly<Record<string, number>> = { 'litgpt-2023': 1 }
const INPUT_COPIES_LATER = 2
const INPUT_COPIES_SPREAD = 0.3

/** 5 bytes: softmax 2, dropout mask 1, its output 2 (arXiv 2205.05198). Soft caps: tanh 2, softmax 4 + 2, mask 1. */
const SCORES: Prior = { start: 5, spread: 0.15 }
const CAPPED_SCORES: Prior = { start: 9, spread: 0.15 }

/**
 * Constants of the memory of a training run. The loss block is one implementation wherever the bytes are the same:
 * trainers share it, and an earlier release shares what it holds alike with the later one. Left out: `device.room_gib`,
 * which is read from which runs failed and not from a size, and `device.context_gib`, which no published peak holds.
 */
export function trainingMemoryConstants(catalog: Catalog): Constant[] {
  const shared = new Map<string, Shared>()
  for (const trainer of catalog.trainers.values()) {
    const { id, loss, quantised_input_copies: copies, varying_length_factor: varying } = trainer
    const family = trainer.earlier_release_of?.trainer ?? id
    const place = (...path: string[]): Place => ({ subject: 'trainers', id, path })
    share(shared, `slack ${id}`, SLACK, atLeastOne(trainer.slack), place('slack'))
    const counted = LOSS_COUNTS[id] ?? LOSS_COUNT_OF_TRANSFORMERS
    share(shared, `loss ${loss.full.value}`, { start: counted, spread: LOSS_SPREAD }, loss.full, place('loss', 'full'))
    if (copies !== undefined) {
      const prior = { start: INPUT_COPIES[id] ?? INPUT_COPIES_LATER, spread: INPUT_COPIES_SPREAD }
      share(shared, `copies ${family} ${copies.value}`, prior, copies, place('quantised_input_copies'))
    }
    if (varying !== undefined) {
      share(shared, `varying ${id}`, VARYING_LENGTHS, atLeastOne(varying), place('varying_length_factor'))
    }
    const extra = trainer.extra_activation_bytes
    if (extra > 0) {
      share(
        shared,
        `extra ${family} ${extra}`,
        EXTRA_ACTIVATIONS,
        extraActivations(trainer),
        place('extra_activation_bytes'),
      )
    }
  }
  const { activations } = catalog.physics.trainingMemory
  for (const [key, prior] of [
    ['attention_scores', SCORES],
    ['capped_attention_scores', CAPPED_SCORES],
  ] as const) {
    share(shared, key, prior, activations[key], {
      subject: 'physics',
      id: 'training-memory',
      path: ['activations', key],
    })
  }
  return constantsOf(shared)
}

/** Objects that hold one value and move together. */
interface Shared {
  readonly prior: Prior
  readonly members: { readonly object: Fitted; readonly place: Place }[]
}

function share(groups: Map<string, Shared>, key: string, prior: Prior, object: Fitted, place: Place): void {
  const group = groups.get(key) ?? { prior, members: [] }
  group.members.push({ object, place })
  groups.set(key, group)
}

/** Objects with records first: they name the constant, and those without follow them. */
function constantsOf(groups: ReadonlyMap<string, Shared>): Constant[] {
  return [...groups.values()].map(({ prior, members }) => {
    const ordered = members.toSorted((a, b) => b.object.records - a.object.records)
    const isRead = ordered.some(({ object }) => object.records > 0)
    const places = ordered.map(({ place, object }) =>
      isRead && object.records === 0 ? { ...place, follows: true } : place,
    )
    const [first] = places
    return {
      name: first === undefined ? '' : `${first.subject}/${first.id} ${first.path.join('.')}`,
      objects: ordered.map(({ object }) => object),
      places,
      ...prior,
    }
  })
}

/** The constant itself, for a fit that does not take it below 1: what is held is no less than what is alive. */
export function atLeastOne(object: { value: number; records: number }): Fitted {
  return {
    get value() {
      return object.value
    },
    set value(next) {
      object.value = Math.max(1, next)
    },
    get records() {
      return object.records
    },
    set records(next) {
      object.records = next
    },
  }
}

/** The plain number of a trainer as a constant; the catalog keeps no count of its records. */
function extraActivations(trainer: Trainer): Fitted {
  return {
    get value() {
      return trainer.extra_activation_bytes
    },
    set value(next) {
      trainer.extra_activation_bytes = next
    },
    records: 0,
  }
}

function entries<K extends string, V>(record: Readonly<Record<K, V>>): [K, V][] {
  return Object.entries(record) as [K, V][]
}
