import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import {
  type MeasuredRecord,
  measurementsSchema,
  recordSchema,
  type ServingRecord,
} from '../../src/measurements/record.ts'

/** The published runs of a file beside this one. */
export function recordsOf(name: string): MeasuredRecord[] {
  return measurementsSchema.parse(parse(readFileSync(new URL(name, import.meta.url), 'utf8'))).records
}

/** A run of a server with the changes that a test is about. */
export function servingRecord(changes: Record<string, unknown> = {}): ServingRecord {
  const record = recordSchema.parse({
    id: 'one',
    source: 'a test',
    group: 'tests',
    kind: 'serving-throughput',
    model: 'llama-3.1-8b',
    gpu: 'h100-sxm-80gb',
    gpus: 1,
    engine: { name: 'vllm', version: '0.19.0' },
    configuration: { quantization: 'bf16' },
    workload: { input_tokens: 1024, output_tokens: 128, concurrency: 16 },
    measured: { ttft_ms: 100, tpot_ms: 10, output_tokens_per_second: 1000 },
    ...changes,
  })
  if (!('engine' in record)) throw new Error('not a record of serving')
  return record
}
