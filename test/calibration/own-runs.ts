import type { Catalog } from '../../src/catalog/catalog.ts'
import { predictRecord } from '../../src/measurements/predict.ts'
import { type MeasuredRecord, recordSchema } from '../../src/measurements/record.ts'
import type { Quantity } from '../../src/measurements/validation.ts'

/** Records without figures, and the law of a catalog that gives them some: what an own machine of that kind would measure. */

/** Twelve loads of one L40S: single requests and batches, short and long prompts, three models and formats. */
export function servingRuns(gpu = 'l40s', version = '0.24.0'): MeasuredRecord[] {
  const models = [
    ['llama-3.1-8b', 'bf16'],
    ['llama-3.1-8b', 'fp8'],
    ['qwen3-14b', 'fp8'],
  ] as const
  const loads = [
    [512, 256, 1],
    [1024, 256, 8],
    [2048, 128, 32],
    [4096, 64, 4],
  ] as const
  return models.flatMap(([model, quantization]) =>
    loads.map(([input, output, concurrency]) =>
      recordSchema.parse({
        id: `${gpu} ${model} ${quantization} ${concurrency}`,
        source: 'own runs',
        group: 'own',
        kind: 'serving-throughput',
        model,
        gpu,
        gpus: 1,
        engine: { name: 'vllm', version },
        configuration: { quantization },
        workload: { input_tokens: input, output_tokens: output, concurrency },
      }),
    ),
  )
}

/** Starts of a server on one H100. */
export function startLogs(): MeasuredRecord[] {
  return (
    [
      ['llama-3.1-8b', 8192],
      ['qwen3-14b', 16384],
      ['qwen3-8b', 4096],
      ['mistral-7b-v0.3', 8192],
    ] as const
  ).map(([model, context]) =>
    recordSchema.parse({
      id: `start ${model}`,
      source: 'own logs',
      group: 'own',
      kind: 'serving-memory',
      model,
      gpu: 'h100-sxm-80gb',
      gpus: 1,
      engine: { name: 'vllm', version: '0.24.0' },
      configuration: { quantization: 'bf16', context },
    }),
  )
}

/** Full fine-tuning on eight H100, and LoRA on boards that meet over PCIe. */
export function trainingRuns(gpu: string, method: 'full' | 'lora'): MeasuredRecord[] {
  return [1, 2, 4].flatMap((micro) =>
    [1024, 2048, 4096].map((length) =>
      recordSchema.parse({
        id: `${gpu} ${method} ${micro} ${length}`,
        source: 'own runs',
        group: 'own',
        kind: 'training-throughput',
        model: 'llama-3.1-8b',
        gpu,
        gpus: 8,
        trainer: { name: 'torchtitan' },
        configuration: {
          method,
          micro_batch: micro,
          sequence_length: length,
          sharding: 'zero3',
          activation_checkpointing: 'full',
        },
      }),
    ),
  )
}

/** The records with the figures that the law of the catalog gives them. @throws Error where it cannot express one. */
export function measuredBy(
  catalog: Catalog,
  records: readonly MeasuredRecord[],
  quantities: readonly Quantity[],
): MeasuredRecord[] {
  return records.map((record) => {
    const prediction = predictRecord({ ...record, measured: wanted(quantities) }, catalog)
    if ('skipped' in prediction) throw new Error(`${record.id}: ${prediction.skipped}`)
    return { ...record, measured: Object.fromEntries(quantities.map((name) => [name, prediction.figures[name]])) }
  })
}

/** Some laws predict only what was measured. */
function wanted(quantities: readonly Quantity[]): MeasuredRecord['measured'] {
  return Object.fromEntries(quantities.map((name) => [name, 1]))
}
