import { z } from 'zod'

const finite = z.number().finite()

/** A predicted figure with the band of held-out measured runs around it. */
export const bandedFigureSchema = z.strictObject({
  name: z.enum(['memory', 'ttft', 'tpot', 'rate', 'tokens_per_second', 'hours']),
  value: finite,
  unit: z.enum(['bytes', 'ms', 'output tokens/s', 'tokens/s', 'hours']),
  plus_minus: finite
    .nonnegative()
    .describe('Four of five held-out runs lay within this of their prediction, in the unit of the value'),
  low: finite.describe('Nineteen of twenty lay above the first and below the second'),
  high: finite,
  runs: z.int().positive().describe('Held-out figures behind the band'),
  basis: z.string(),
})
export type BandedFigure = z.infer<typeof bandedFigureSchema>

/** How far a plan can be trusted, by the model's record on measured runs that took no part in its fit. */
export const planAccuracySchema = z
  .strictObject({
    verdict: z
      .enum(['safe', 'tight', 'optimistic'])
      .describe(
        'safe: memory and targets hold with 95 % likelihood; tight: with more than the typical error to spare; optimistic: with less',
      ),
    because: z.string().nullable().describe('What decides; null where everything is safe'),
    figures: z.array(bandedFigureSchema),
  })
  .meta({ id: 'accuracy', title: 'How far a plan can be trusted' })
export type PlanAccuracy = z.infer<typeof planAccuracySchema>
