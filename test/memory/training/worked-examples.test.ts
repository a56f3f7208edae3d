import { describe, expect, it } from 'vitest'
import { totalBytes } from '../../../src/memory/ledger.ts'
import { lazily } from '../../lazily.ts'
import { GIB } from '../fixtures.ts'
import { ALL_LINEAR, gibOf, phaseGib, trainer, training } from './fixtures.ts'

/*
 * Llama 3 8B, full fine-tune on 8 GPUs with DeepSpeed ZeRO-3: bf16, fp32 master, 4 micro-steps of one sequence of 4096, full
 * recomputation, flash attention, Hugging Face loss. By hand, with P = 8,030,261,248, W = 218,103,808, E = 525,336,576, V = 128,256:
 * weights 2 P / 8, Adam 8 P / 8, master 4 P / 8, gradients 2 P / 8, gathered blocks 2 x 2 W, root 2 x 2 E, reduce buffers 6 W,
 * saved 32 x 2 h T, loss 14 V T, live block (54.03 h + 4 f) T, list of the optimizer 2 P / 8.
 */
describe('Llama 3 8B, full, ZeRO-3 on 8 GPUs', () => {
  const memory = lazily(() =>
    training({
      model: 'llama-3-8b',
      zeroStage: 3,
      dataParallel: 8,
      sequenceLength: 4096,
    }),
  )
  const load = { microBatch: 1, gradientAccumulation: 4 }

  it('every term', () => {
    const terms = memory.ledger(load)
    expect(gibOf(terms, 'weights')).toBeCloseTo(1.87, 3)
    expect(gibOf(terms, 'optimizer') + gibOf(terms, 'master_weights')).toBeCloseTo(11.218, 3)
    expect(gibOf(terms, 'master_weights')).toBeCloseTo(11.218 / 3, 3)
    expect(gibOf(terms, 'gradients')).toBeCloseTo(1.87, 3)
    expect(gibOf(terms, 'gather_buffers')).toBeCloseTo(0.813 + 1.957, 2)
    expect(gibOf(terms, 'communication')).toBeCloseTo(1.219, 3)
    expect(gibOf(terms, 'activations')).toBeCloseTo(1, 3)
    expect(gibOf(terms, 'loss')).toBeCloseTo(6.85, 2)
    expect(gibOf(terms, 'adapters')).toBe(0)
  })

  it('every phase, and the start of the backward pass wins', () => {
    const phases = phaseGib(memory, 1, 4)
    expect(phases['backward start']).toBeCloseTo(26.8, 2)
    expect(phases['block backward']).toBeCloseTo(21.01, 2)
    expect(phases['backward end']).toBeCloseTo(19.48, 2)
    expect(phases['optimizer step']).toBeCloseTo(20.82, 2)
    expect(memory.evaluate(load).peakPhase).toBe('backward start')
  })

  it('reserved 1.08 times live, device 1 GiB more', () => {
    const result = memory.evaluate(load)
    expect(result.allocatedBytes / GIB).toBeCloseTo(26.8, 2)
    expect(result.reservedBytes / GIB).toBeCloseTo(28.94, 2)
    expect(result.totalBytes / GIB).toBeCloseTo(29.94, 2)
    expect(totalBytes(memory.ledger(load))).toBe(result.totalBytes)
  })

  it('a fused loss leaves the peak to the backward pass of a block', () => {
    const fused = training({
      model: 'llama-3-8b',
      zeroStage: 3,
      dataParallel: 8,
      sequenceLength: 4096,
      loss: 'fused',
    }).evaluate(load)
    expect(fused.peakPhase).toBe('block backward')
    expect(fused.allocatedBytes / GIB).toBeCloseTo(21.01, 2)
  })
})

/*
 * Llama 3 70B, QLoRA on one 80 GB GPU: NF4 with quantised scales, rank 16 on all linear layers, fp32 adapters, 16 micro-steps of one
 * sequence of 2048, full recomputation, k-bit preparation. P_t = 16 x (4 x (h + h or kv) + 3 x (h + f)) x 80 = 207,093,760; blocks
 * 0.51587 x 68,451,041,280, the rest 4 x 2,102,665,216, adapters 4 P_t, Adam 8 P_t, gradients 4 P_t, saved 80 x 4 h T,
 * loss 14 V T, live (75.03 h + 4 f) T, one dequantised matrix 2 h f.
 */
describe('Llama 3 70B, QLoRA on one GPU', () => {
  const memory = lazily(() =>
    training({
      model: 'llama-3-70b',
      method: 'qlora',
      lora: { rank: 16, targets: ALL_LINEAR },
      doubleQuantization: true,
    }),
  )
  const load = { microBatch: 1, gradientAccumulation: 16 }

  it('every term', () => {
    const terms = memory.ledger(load)
    expect(memory.trainableParameters).toBe(207_093_760)
    expect(gibOf(terms, 'weights')).toBeCloseTo(32.887 + 7.833, 3)
    expect(gibOf(terms, 'adapters')).toBeCloseTo(0.771, 3)
    expect(gibOf(terms, 'optimizer')).toBeCloseTo(1.543, 3)
    expect(gibOf(terms, 'gradients')).toBeCloseTo(0.771, 3)
    expect(gibOf(terms, 'activations')).toBeCloseTo(5, 3)
    expect(gibOf(terms, 'loss')).toBeCloseTo(3.425, 3)
    expect(gibOf(terms, 'gather_buffers')).toBe(0)
  })

  it('both backward phases', () => {
    const phases = phaseGib(memory, 1, 16)
    expect(phases['backward start']).toBeCloseTo(52.23, 2)
    // base and gradients 43.805, saved 5.000, live 1.391, matrix 0.438
    expect(phases['block backward']).toBeCloseTo(50.634, 2)
  })

  it('fits 80 GB with room for about twice the tokens', () => {
    const result = memory.evaluate(load)
    expect(result.reservedBytes / GIB).toBeCloseTo(56.4, 1)
    expect(result.totalBytes / GIB).toBeCloseTo(57.4, 1)
    expect(result.fits).toBe(true)
    expect(memory.evaluate({ microBatch: 2, gradientAccumulation: 16 }).fits).toBe(true)
  })

  it('without k-bit preparation: 3.92 GiB less for embeddings, head and norms, 2.5 GiB less of checkpoints', () => {
    const plain = training({
      model: 'llama-3-70b',
      by: trainer('common', { kbit_preparation: false }),
      method: 'qlora',
      lora: { rank: 16, targets: ALL_LINEAR },
      doubleQuantization: true,
    })
    expect(gibOf(plain.ledger(load), 'weights')).toBeCloseTo(40.72 - 3.92, 2)
    expect(gibOf(plain.ledger(load), 'activations')).toBeCloseTo(2.5, 3)
    expect(phaseGib(plain, 1, 16)['backward start']).toBeCloseTo(45.8, 1)
  })
})
