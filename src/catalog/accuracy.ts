import { z } from 'zod'
import { catalogDate, catalogId, count, nonNegative, positive } from './facts.ts'

/** A prediction that is off by more is no prediction. */
const MOST_ERROR = 1e6

/**
 * Errors of predictions against measured runs that took no part in the fit, in one group of runs: `catalogs/physics/accuracy.yaml`, written by
 * the calibration. Shares of the predicted figure (memory: of the GPU).
 */
const accuracyRow = z.strictObject({
  figure: z.enum(['serving_memory', 'training_memory', 'ttft', 'tpot', 'rate', 'training_rate']),
  /**
   * What was left out of the fit together: each model of a source; a source, while others still measured the same program; all runs on a GPU;
   * a source, and with it every run of its program.
   */
  left_out: z.enum(['model', 'source', 'gpu', 'program']),
  /** Engine or trainer; absent = any. */
  program: catalogId.optional(),
  /** GPU generation; absent = any. */
  generation: catalogId.optional(),
  /** Mixtures of experts, or dense models; absent = both. */
  experts: z.boolean().optional(),
  /** Figures behind the row. */
  count,
  /** Median and 80th percentile of |measured / predicted - 1|. */
  p50: nonNegative,
  p80: nonNegative,
  /** 5th and 95th percentile of measured / predicted - 1. */
  low: z.number().gt(-1).max(MOST_ERROR),
  high: z.number().gt(-1).max(MOST_ERROR),
})
export type AccuracyRow = z.infer<typeof accuracyRow>

export const accuracySchema = z.strictObject({
  as_of: catalogDate,
  /** Widening for GPU generations of which no run was measured, over the errors of GPUs that were left out. */
  unmeasured_generation_factor: positive,
  /** Generations with a measured run, by figure. */
  generations: z.record(z.string(), z.array(catalogId)),
  /** GPUs with a measured run, by figure. */
  gpus: z.record(z.string(), z.array(catalogId)),
  rows: z.array(accuracyRow).min(1),
})
export type Accuracy = z.infer<typeof accuracySchema>
