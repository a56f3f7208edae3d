import type { Catalog } from '../../../src/catalog/catalog.ts'
import type { Gpu } from '../../../src/catalog/gpu.ts'
import type { Wanted } from './wanted.ts'

/**
 * Share of a GPU that stays free: as stated, or with `p95` so much that a peak which is higher than predicted by what one held-out run in
 * twenty exceeds still fits (docs/accuracy.md, "Bands").
 */
export function headroomShare({ headroom, trainer, model }: Wanted, gpu: Gpu, catalog: Catalog): number {
  if (headroom !== 'p95') return headroom
  const { accuracy } = catalog.physics
  const rows = accuracy.rows.filter((row) => row.figure === 'training_memory')
  const isGpuMeasured = accuracy.gpus.training_memory?.includes(gpu.id)
  const isGenerationMeasured = accuracy.generations.training_memory?.includes(gpu.generation)
  const isTrainerMeasured = rows.some((row) => row.program === trainer.id)
  const hasExperts = model.experts > 0

  // The closest group first: the trainer on such GPUs, the trainer anywhere, such GPUs with any trainer, any run.
  const leftOuts = !isTrainerMeasured ? ['program', 'source'] : isGpuMeasured ? ['source', 'model'] : ['gpu']
  const widening = isGpuMeasured || isGenerationMeasured ? 1 : accuracy.unmeasured_generation_factor
  for (const program of [trainer.id, undefined]) {
    for (const [generation, experts] of [
      [gpu.generation, hasExperts],
      [undefined, hasExperts],
      [undefined, undefined],
    ]) {
      for (const leftOut of leftOuts) {
        for (const row of rows) {
          if (row.left_out !== leftOut || row.program !== program) continue
          if (row.generation !== generation || row.experts !== experts) continue
          return Math.max(0, 1 - 1 / (1 + row.high) ** widening)
        }
      }
    }
  }
  throw new Error('no record of training memory')
}
