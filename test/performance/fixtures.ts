import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { gpuFileSchema } from '../../src/catalog/gpu.ts'
import { architectureSchema } from '../../src/catalog/model.ts'
import { generationSchema, kernelSchema, linkSchema, servingPhysicsSchema } from '../../src/catalog/performance.ts'
import type { KvFormat, Quantization } from '../../src/catalog/quantization.ts'
import { describeModel } from '../../src/model/tensors.ts'
import { profileModel } from '../../src/performance/profile.ts'
import { ServingPerformance, type ServingSystem } from '../../src/performance/serving.ts'

const yaml = (path: string): unknown => parse(readFileSync(new URL(`../../catalogs/${path}`, import.meta.url), 'utf8'))

const llama70b = architectureSchema.parse({
  hidden_size: 8192,
  vocabulary_size: 128256,
  tied_embeddings: false,
  max_positions: 131072,
  layers: [
    {
      layers: '0-79',
      attention: { kind: 'softmax', heads: 64, kv_heads: 8, head_dim: 128 },
      mlp: { kind: 'dense', intermediate_size: 28672 },
    },
  ],
})

const fitted = (value: number) => ({ value, records: 0 })

/**
 * The entries of the catalogs with the constants of the worked example in their place: the fit may move those of the catalogs, and the
 * arithmetic below was done by hand with these.
 */
export function workedSystem(tensorParallel: number, pipelineParallel = 1): ServingSystem {
  const h100 = gpuFileSchema.parse(yaml('gpus/hopper.yaml')).gpus.find(({ id }) => id === 'h100-sxm-80gb')!
  const gpu = { ...h100, efficiency: { bandwidth: fitted(0.9661), compute: fitted(1.0139) } }
  const kernel = (id: string, bandwidth: number, compute: number) => ({
    ...kernelSchema.parse(yaml(`kernels/${id}.yaml`)),
    bandwidth: { default: fitted(bandwidth), generations: {} },
    compute: { default: fitted(compute), generations: {} },
  })
  const fp8 = kernel('fp8', 0.8789, 0.6072)
  return {
    profile: profileModel(describeModel(llama70b)),
    gpu,
    generation: {
      ...generationSchema.parse(yaml('generations/hopper.yaml')),
      kv_read: fitted(0.8998),
      prompt_attention: fitted(0.9104),
    },
    link: {
      ...linkSchema.parse(yaml('links/nvlink4.yaml')),
      all_reduce_latency_seconds: { 2: fitted(3.2176e-6), 4: fitted(5.37e-6), 8: fitted(8.1e-6) },
      all_reduce_bytes_per_second: fitted(150.51e9),
    },
    quantization: { bits: { linear: 8, expert: 8 }, other_bits: 16 } as unknown as Quantization,
    weightBits: { linear: 8, expert: 8, head: 16 },
    kv: { bytes_per_element: 1, bytes_per_token_and_head: 0 } as unknown as KvFormat,
    kernel: fp8,
    expertKernel: fp8,
    plainKernel: kernel('f16', 0.9714, 0.613),
    host: {
      step_seconds: fitted(0.6077e-3),
      step_seconds_per_layer: fitted(35.037e-6),
      step_seconds_per_moe_layer: fitted(13.6e-6),
      step_seconds_per_sequence: fitted(6.1214e-6),
      first_token_seconds: fitted(18.3e-3),
      fill: fitted(0.8),
    },
    llamaCpp: false,
    physics: servingPhysicsSchema.parse(yaml('physics/serving.yaml')),
    tensorParallel,
    pipelineParallel,
    expertParallel: 1,
  }
}

export const load = { inputTokens: 1024, outputTokens: 256, prefixCached: 0, chunkTokens: 8192 }

/** The worked example: Llama 3.1 70B FP8 on H100 SXM, 1024 input and 256 output tokens. */
export function workedServer(
  tensorParallel: number,
  pipelineParallel = 1,
  changes: Partial<ServingSystem> = {},
): ServingPerformance {
  return new ServingPerformance({ ...workedSystem(tensorParallel, pipelineParallel), ...changes }, load)
}
