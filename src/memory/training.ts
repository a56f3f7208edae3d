import type { Gpu } from '../catalog/gpu.ts'
import { Ledger, type Term } from './ledger.ts'
import { largestWhere } from './serving-types.ts'
import { trainableParameters } from './training/adapters.ts'
import { cappedReservedBytes, type Device, device, reservedBytes, totalDeviceBytes } from './training/device.ts'
import { bytesOfPhase, emptyPhaseBytes, measurePhases, type PhaseBytes } from './training/phases.ts'
import { prepareTrainingRanks, type RankOptions, type TrainingRank } from './training/rank.ts'
import { phaseTerms, runtimeTerm, type TermContext } from './training/terms.ts'
import {
  emptyTrainingResult,
  type Phase,
  phaseNames,
  type TrainingLoad,
  type TrainingMemory,
  type TrainingMemoryOptions,
  type TrainingMemoryResult,
} from './training/types.ts'

export {
  emptyTrainingResult,
  type Phase,
  type PhaseName,
  type PreparedConfiguration,
  phaseNames,
  type TrainingLoad,
  type TrainingMemory,
  type TrainingMemoryOptions,
  type TrainingMemoryResult,
} from './training/types.ts'

/**
 * Prepares the memory of a training run: states, buffers and activations per token of every distinct pipeline stage. Evaluating a
 * batch afterwards takes well under a microsecond a stage and allocates nothing.
 * @throws RangeError where there are more stages than layers, or the physics lacks the optimizer or the base's format.
 */
export function prepareTrainingMemory(options: TrainingMemoryOptions): TrainingMemory {
  return new PreparedTraining(
    options,
    prepareTrainingRanks(options),
    device(options.gpu, options.headroomFraction, options.physics),
  )
}

class PreparedTraining implements TrainingMemory {
  readonly capacityBytes: number
  readonly minimumBytes: number
  readonly statesBytes: number
  readonly #options: RankOptions
  readonly #ranks: readonly TrainingRank[]
  readonly #device: Device
  readonly #result: TrainingMemoryResult
  readonly #bytes: PhaseBytes = emptyPhaseBytes()

  constructor(options: RankOptions, ranks: readonly TrainingRank[], on: Device) {
    this.#options = options
    this.#ranks = ranks
    this.#device = on
    this.capacityBytes = on.capacity
    this.#result = emptyTrainingResult(on.capacity)
    this.statesBytes = Math.max(...ranks.map(statesOf))
    this.minimumBytes = this.evaluate({ microBatch: 1, gradientAccumulation: 1 }).totalBytes
  }

  get trainableParameters(): number {
    return trainableParameters(this.#options.tensors, this.#options.configuration.lora)
  }

  evaluate(load: TrainingLoad, into: TrainingMemoryResult = this.#result): TrainingMemoryResult {
    const on = this.#device
    const { configuration, trainer } = this.#options
    const bytes = this.#bytes
    let host = 0
    let most = 0
    into.totalBytes = -1
    into.allocatedBytes = -1
    for (const rank of this.#ranks) {
      measurePhases(rank, configuration, load, bytes)
      host = Math.max(host, rank.placed.host.bytes + bytes.host)
      most = Math.max(most, bytes.allocated)
      const reserved = reservedBytes(bytes, trainer)
      const total = totalDeviceBytes(bytes.allocated, reserved, on)
      // Totals are equal where the cache of both is cut to the device.
      if (total < into.totalBytes || (total === into.totalBytes && bytes.allocated <= into.allocatedBytes)) continue
      into.allocatedBytes = bytes.allocated
      into.peakPhase = bytes.peak
      into.reservedBytes = cappedReservedBytes(bytes.allocated, reserved, on)
      into.totalBytes = total
    }
    into.shortfallBytes = Math.max(0, most + on.room - on.limit)
    into.fits = into.shortfallBytes === 0
    into.capacityBytes = on.capacity
    into.freeBytes = on.capacity - into.totalBytes
    into.hostBytes = host
    return into
  }

  ledger(load: TrainingLoad): readonly Term[] {
    return this.#termsOf(this.#fullest(load))
  }

  ledgers(load: TrainingLoad): readonly Ledger[] {
    return this.#ranks.map((rank) => new Ledger(rank.label, this.#termsOf(this.#contextOf(rank, load))))
  }

  phases(load: TrainingLoad): readonly Phase[] {
    const context = this.#fullest(load)
    return phaseNames.map((name) => ({
      name,
      bytes: bytesOfPhase(context.bytes, name),
      terms: phaseTerms(context, name),
    }))
  }

  largestMicroBatch(most: number, gradientAccumulation: number): number {
    const scratch = emptyTrainingResult(this.capacityBytes)
    return largestWhere(most, (microBatch) => this.evaluate({ microBatch, gradientAccumulation }, scratch).fits)
  }

  on(gpu: Gpu, headroomFraction: number): TrainingMemory {
    return new PreparedTraining(this.#options, this.#ranks, device(gpu, headroomFraction, this.#options.physics))
  }

  #contextOf(rank: TrainingRank, load: TrainingLoad): TermContext {
    const { configuration, trainer } = this.#options
    const bytes = emptyPhaseBytes()
    measurePhases(rank, configuration, load, bytes)
    return { rank, configuration, trainer, load, bytes }
  }

  #totalOf({ bytes }: TermContext): number {
    return totalDeviceBytes(bytes.allocated, reservedBytes(bytes, this.#options.trainer), this.#device)
  }

  /** Terms of a rank at its peak. */
  #termsOf(context: TermContext): Term[] {
    const { allocated, peak } = context.bytes
    const runtime = runtimeTerm(this.#options.trainer, this.#totalOf(context), allocated, this.#device.context)
    return [...phaseTerms(context, peak), runtime]
  }

  /** The same choice as in `evaluate`. */
  #fullest(load: TrainingLoad): TermContext {
    const [first, ...others] = this.#ranks.map((rank) => this.#contextOf(rank, load))
    if (first === undefined) throw new RangeError('a model without stages')
    return others.reduce((most, next) => {
      const more = this.#totalOf(next) - this.#totalOf(most)
      return more > 0 || (more === 0 && next.bytes.allocated > most.bytes.allocated) ? next : most
    }, first)
  }
}

function statesOf({ placed }: TrainingRank): number {
  const { weights, gradients, optimizer, master, adapters } = placed
  return weights.bytes + gradients.bytes + optimizer.bytes + master.bytes + adapters.bytes
}
