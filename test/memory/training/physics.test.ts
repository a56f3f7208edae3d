import { describe, expect, it } from 'vitest'
import { trainingMemoryPhysicsSchema } from '../../../src/catalog/training-memory.ts'
import { physics } from './fixtures.ts'

describe('constants of the training memory model', () => {
  it('bytes of quantised bases follow from their formulas', () => {
    const bytes = (id: string) => physics.quantised_bases[id]?.bytes_per_parameter
    expect(bytes('nf4')).toBe(0.5 + 4 / 64)
    expect(bytes('nf4-double')).toBe(0.5 + 1 / 64 + 4 / (64 * 256))
    expect(bytes('gptq-int4')).toBe(0.5 + 2.5 / 128)
    expect(bytes('gptq-int8')).toBe(1 + 3 / 128)
  })

  it('every optimizer of a configuration is there', () => {
    const known = ['adamw', 'adamw-8bit', 'paged-adamw-8bit', 'adafactor', 'sgd', 'lion', 'muon']
    expect(Object.keys(physics.optimizers)).toEqual(known)
  })

  it('an optimizer needs exactly one rule for its states', () => {
    const changed = (fields: object) => ({
      ...physics,
      optimizers: { adamw: { name: 'AdamW', for_each: true, source: 'test', ...fields } },
    })
    expect(trainingMemoryPhysicsSchema.safeParse(changed({ moments: 2 })).success).toBe(true)
    expect(trainingMemoryPhysicsSchema.safeParse(changed({})).success).toBe(false)
    expect(trainingMemoryPhysicsSchema.safeParse(changed({ moments: 2, bytes_per_parameter: 2 })).success).toBe(false)
    expect(trainingMemoryPhysicsSchema.safeParse(changed({ moments: 3 })).success).toBe(false)
  })
})
