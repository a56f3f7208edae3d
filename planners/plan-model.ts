import type { Model } from '../src/catalog/model.ts'
import type { Plan } from '../src/result/plan.ts'

/** A model as a plan names it: enough to find its weights and to know their format. */
export function planModelOf(model: Model): NonNullable<Plan['model']> {
  const released = model.architecture?.dtype === 'float16' ? 'fp16' : 'bf16'
  return {
    id: model.id,
    checkpoint: model.huggingface ?? null,
    format: model.native_quantization?.scheme ?? released,
  }
}
