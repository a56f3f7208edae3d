import type { Family } from '../family.ts'
import { bloom, gpt2, gptJ, gptNeoX, nemotron, opt, starcoder2 } from './classic.ts'
import { cohere, cohere2, cohere2Vision } from './cohere.ts'
import { deepseek, deepseekSparse, glmLite, glmSparse, kimiK25, longcat, mistralLatent } from './deepseek.ts'
import { deepseekV4 } from './deepseek4.ts'
import { afmoe, bailing, dbrx, ernie, gptOss, grok, hunyuan, hunyuan3 } from './experts.ts'
import { falcon } from './falcon.ts'
import { gemma, gemma2, gemma3, gemma3Text } from './gemma.ts'
import { gemma4 } from './gemma4.ts'
import { glm, glm4, glm4Moe } from './glm.ts'
import { graniteHybrid, jamba, lfm2Moe } from './hybrids.ts'
import { kimiK3, kimiLinear } from './kimi-linear.ts'
import { granite, graniteMoe, internLm2, llama, ministral, mistral, mixtral, phi3, seedOss, smolLm3 } from './llama.ts'
import { llama4 } from './llama4.ts'
import { mimo } from './mimo.ts'
import { minimaxM1, minimaxM2, minimaxM3 } from './minimax.ts'
import { mistral3 } from './mistral3.ts'
import { mllama } from './mllama.ts'
import { nemotronH } from './nemotron-h.ts'
import { nemotronNas } from './nemotron-nas.ts'
import { exaone4, olmo2, olmo3 } from './olmo.ts'
import { phi, phi3Small, phiMoe } from './phi.ts'
import { qwen1, qwen2, qwen2Moe, qwen3, qwen3Moe, qwen3Next, qwen3Vl, qwen3VlMoe, qwen35, qwen35Moe } from './qwen.ts'
import { step } from './step.ts'

/** All families that a config.json may be of. A new one is a file (or an export of one) and an entry here. */
export const families: readonly Family[] = [
  llama,
  mistral,
  ministral,
  mistral3,
  mixtral,
  granite,
  graniteMoe,
  graniteHybrid,
  smolLm3,
  seedOss,
  internLm2,
  phi3,
  phi,
  phiMoe,
  phi3Small,
  qwen1,
  qwen2,
  qwen2Moe,
  qwen3,
  qwen3Moe,
  qwen3Next,
  qwen3Vl,
  qwen3VlMoe,
  qwen35,
  qwen35Moe,
  gemma,
  gemma2,
  gemma3Text,
  gemma3,
  gemma4,
  cohere,
  cohere2,
  cohere2Vision,
  olmo2,
  olmo3,
  exaone4,
  glm,
  glm4,
  glm4Moe,
  glmLite,
  glmSparse,
  deepseek,
  deepseekSparse,
  deepseekV4,
  kimiK25,
  kimiLinear,
  kimiK3,
  mistralLatent,
  longcat,
  gptOss,
  afmoe,
  bailing,
  ernie,
  hunyuan,
  hunyuan3,
  grok,
  dbrx,
  minimaxM1,
  minimaxM2,
  minimaxM3,
  mimo,
  step,
  jamba,
  lfm2Moe,
  nemotron,
  nemotronH,
  nemotronNas,
  llama4,
  mllama,
  gpt2,
  gptJ,
  gptNeoX,
  bloom,
  opt,
  starcoder2,
  falcon,
]
