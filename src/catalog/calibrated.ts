import type { Calibrated } from './facts.ts'

/** An entry that a plan uses, by its name. */
export interface UsedEntry {
  readonly name: string
  readonly calibrated?: Calibrated | undefined
}

/**
 * What a plan says of entries that own runs stand behind, a sentence a set of runs:
 * `vLLM 0.22 and later, NVIDIA L4 calibrated to 12 own runs of 2026-11-21 (./calibrated).`
 */
export function calibratedSentences(used: readonly UsedEntry[]): string[] {
  const runs = new Map<string, string[]>()
  for (const { name, calibrated } of used) {
    if (calibrated === undefined) continue
    const { records, as_of: asOf, source } = calibrated
    const key = `calibrated to ${records} own ${records === 1 ? 'run' : 'runs'} of ${asOf} (${source}).`
    runs.set(key, [...(runs.get(key) ?? []), name])
  }
  return [...runs].map(([key, names]) => `${names.join(', ')} ${key}`)
}
