import type { ExportTarget } from './target.ts'
import { accelerate } from './targets/accelerate.ts'
import { axolotl } from './targets/axolotl.ts'
import { deepspeed } from './targets/deepspeed.ts'
import { dockerComposeTarget } from './targets/docker-compose.ts'
import { kserveTarget } from './targets/kserve.ts'
import { kubernetesTarget } from './targets/kubernetes.ts'
import { llamaCppTarget } from './targets/llama-cpp.ts'
import { llamaFactory } from './targets/llama-factory.ts'
import { megatron } from './targets/megatron.ts'
import { sglangTarget } from './targets/sglang.ts'
import { skypilot } from './targets/skypilot.ts'
import { slurm } from './targets/slurm.ts'
import { tensorrtLlmTarget } from './targets/tensorrt-llm.ts'
import { torchtitan } from './targets/torchtitan.ts'
import { torchtune } from './targets/torchtune.ts'
import { vllmTarget } from './targets/vllm.ts'
/** Every target of `plan export`, in the order of its list: engines, trainers, clusters. A new one is a file and an entry. */
export const exportTargets: readonly ExportTarget[] = [
  vllmTarget,
  sglangTarget,
  tensorrtLlmTarget,
  llamaCppTarget,
  deepspeed,
  accelerate,
  axolotl,
  llamaFactory,
  torchtune,
  torchtitan,
  megatron,
  skypilot,
  slurm,
  dockerComposeTarget,
  kubernetesTarget,
  kserveTarget,
]

/** The target of that id, or undefined. */
export function exportTarget(id: string): ExportTarget | undefined {
  return exportTargets.find((target) => target.id === id)
}
