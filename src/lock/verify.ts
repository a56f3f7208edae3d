import type { Catalog } from '../catalog/catalog.ts'
import type { Model } from '../catalog/model.ts'
import type { ServeResult } from '../result/plan.ts'
import type { TrainResult } from '../result/train.ts'
import { type Diagnostic, InputError, inputError, pathText } from '../scenario/diagnostic.ts'
import type { LocatedScenario } from '../scenario/schema.ts'
import { documentChanges, valueText } from './document-changes.ts'
import type { Lock, LockEntry } from './lock.ts'
import { modelLock } from './make-entry.ts'

/**
 * Checks that a scenario and its model are those that were locked.
 * @throws InputError with every key that changed, at its place in the scenario.
 */
export function verifyScenario(entry: LockEntry, located: LocatedScenario, model: Model, lockFile: string): void {
  const changes = documentChanges(entry.scenario, located.given)
  if (changes.length > 0) {
    throw new InputError(
      changes.map(({ path, old, new: next }): Diagnostic => {
        const what = `${pathText(path)} is ${valueText(next)}; ${lockFile} was locked with ${valueText(old)}`
        return {
          severity: 'error',
          path,
          message: what,
          position: located.locate(path),
          hint: 'plan lock renews the lock file',
        }
      }),
    )
  }
  const keys = changedHashes(entry.model.keys, modelLock(model).keys)
  if (keys.length > 0) {
    throw inputError(`the model ${model.id} is not the one that was locked: ${keys.join(', ')} differ`, {
      position: { file: lockFile },
      hint: 'plan lock renews the lock file',
    })
  }
}

/**
 * Checks that planning what was locked gives what was locked.
 * @throws InputError with what differs. A result without a plan is the caller's to report.
 */
export function verifyPlan(entry: LockEntry, { best }: ServeResult | TrainResult, lockFile: string): void {
  if (best === null) return
  const { placement, configuration } = best
  const changes = documentChanges(
    { placement: entry.plan.placement, configuration: entry.plan.configuration },
    { placement, configuration },
  )
  if (changes.length === 0) return
  const differing = changes.map(
    ({ path, old, new: next }) => `${pathText(path)} ${valueText(old)} -> ${valueText(next)}`,
  )
  throw inputError(
    `${entry.name}: with this version and catalog the locked plan comes out different: ${differing.join(', ')}`,
    {
      position: { file: lockFile },
      hint: 'plan lock renews the lock file',
    },
  )
}

/** What a run differs in from the run that was locked, in sentences; the plan may be the same all the same. */
export function driftNotes(lock: Lock, catalog: Catalog, tool: string): string[] {
  const parts = changedHashes(lock.catalog.parts, catalog.hashes)
  return [
    ...(lock.tool === tool ? [] : [`locked by version ${lock.tool}, this is ${tool}`]),
    ...(parts.length === 0 ? [] : [`the catalog has changed since it was locked: ${parts.join(', ')}`]),
  ]
}

/** Keys whose hashes differ, or that only one side has, in order. */
export function changedHashes(old: Readonly<Record<string, string>>, next: Readonly<Record<string, string>>): string[] {
  const keys = [...new Set([...Object.keys(old), ...Object.keys(next)])].sort()
  return keys.filter((key) => old[key] !== next[key])
}
