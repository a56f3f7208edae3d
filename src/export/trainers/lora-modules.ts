import type { TrainConfiguration } from '../../result/train.ts'

/** Projections of Llama-like models in the naming of Hugging Face, by the short names of a plan. */
const MODULES: Readonly<Record<string, string>> = {
  q: 'q_proj',
  k: 'k_proj',
  v: 'v_proj',
  o: 'o_proj',
  gate: 'gate_proj',
  up: 'up_proj',
  down: 'down_proj',
}

/** PEFT's word for every linear layer but the head (huggingface/peft src/peft/tuners/lora/config.py). */
export const ALL_LINEAR = 'all-linear'

/** Modules that take adapters. A plan lists `other` only where it means all. */
export function loraModules({ lora_targets: targets }: TrainConfiguration): string[] {
  if (targets === null) return []
  if (targets.includes('other')) return [ALL_LINEAR]
  return targets.map((target) => MODULES[target] ?? target)
}

/** True where every linear layer takes an adapter. */
export function adaptsAll(c: TrainConfiguration): boolean {
  return loraModules(c)[0] === ALL_LINEAR
}
