import type { Gpu } from '../../catalog/gpu.ts'
import type { Trainer } from '../../catalog/trainer.ts'
import type { TrainingMemoryPhysics } from '../../catalog/training-memory.ts'
import { BYTES_PER_GIB } from '../../units.ts'
import type { PhaseBytes } from './phases.ts'

/** What of a device a run may fill. Bytes. */
export interface Device {
  readonly capacity: number
  /** Capacity without the headroom. */
  readonly limit: number
  /** CUDA context, libraries, communicators. */
  readonly context: number
  /** What live tensors must leave: below it the allocator fails. */
  readonly room: number
}

/** @param headroomFraction share of the device that stays free beyond everything counted */
export function device(gpu: Gpu, headroomFraction: number, physics: TrainingMemoryPhysics): Device {
  const capacity = Math.round(gpu.memory.usable_gib * BYTES_PER_GIB)
  return {
    capacity,
    limit: Math.floor((1 - headroomFraction) * capacity),
    context: Math.round(physics.device.context_gib.value * BYTES_PER_GIB),
    room: Math.round(physics.device.room_gib.value * BYTES_PER_GIB),
  }
}

/**
 * What the allocator holds with room to spare: live tensors times the trainer's slack; where lengths vary from batch to batch, states
 * and saved activations with the loss block and the live block times their own factor.
 */
export function reservedBytes(bytes: PhaseBytes, trainer: Trainer): number {
  const factor = trainer.varying_length_factor?.value
  if (factor === undefined) return Math.round(trainer.slack.value * bytes.allocated)
  const varying = bytes.base + bytes.accumulated + bytes.saved + factor * (bytes.loss + bytes.live)
  return Math.max(bytes.allocated, Math.round(varying))
}

/** Reserved on a given device: the allocator frees cached blocks before it fails. */
export function cappedReservedBytes(allocated: number, reserved: number, { capacity, room }: Device): number {
  return Math.min(reserved, Math.max(allocated, capacity - room))
}

/**
 * Everything on the device: live tensors, cached blocks as far as they leave the context its place below the limit, and the context,
 * which shrinks to the room a run needs at least. At most the limit exactly where live tensors leave that room.
 */
export function totalDeviceBytes(allocated: number, reserved: number, { limit, context, room }: Device): number {
  const held = Math.min(reserved, Math.max(allocated, limit - context))
  const outside = allocated + context <= limit ? context : Math.max(room, limit - allocated)
  return held + outside
}
