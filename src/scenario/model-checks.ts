import { find } from '../catalog/catalog.ts'
import { count } from '../units.ts'
import type { InlineModel, ModelChoice } from './common.ts'
import type { Checker } from './ids.ts'
import { sourceKey, sourceKinds } from './sources.ts'

/**
 * Checks the model of a scenario.
 * @returns the id under which the catalog holds it, or the model as the scenario describes it
 */
export function checkModel(model: ModelChoice, check: Checker): ModelChoice {
  if (typeof model === 'string') return check.entry('models', model, ['model']) ?? model
  const given = sourceKinds.filter((kind) => model[kind] !== undefined)
  const [kind] = given
  if (kind === undefined) {
    checkInlineModel(model, check)
    return model
  }
  const others = Object.keys(model).filter((key) => key !== kind)
  if (others.length > 0) {
    const message = `model: ${kind} says all there is of the model; ${others.join(', ')} cannot stand beside it`
    check.error(['model', others[0] ?? ''], message, undefined, 'key')
    return model
  }
  const reference = model[kind] ?? ''
  const key = sourceKey({ kind, reference, file: check.file })
  if (find(check.catalog, 'models', key) !== undefined) return key
  const hint = 'in a program, loadCatalogs({ models }) takes a parsed config.json under an id of your choice'
  check.error(['model', kind], `the model ${JSON.stringify(reference)} was not read before planning`, hint)
  return model
}

/** What a model described by numbers of its own must say for its tensors to be known. */
const shapeKeys = ['hidden_size', 'layers', 'heads', 'intermediate_size', 'vocabulary_size'] as const

/**
 * Time and memory of training follow from the tensors of a model, which a parameter count does not give.
 * @param model as {@link checkModel} returned it
 */
export function checkTensors(model: ModelChoice, check: Checker): void {
  const counted = (name: string): string =>
    `${name} is known by its parameter count alone: training needs its architecture`
  if (typeof model === 'string') {
    const entry = find(check.catalog, 'models', model)
    if (entry !== undefined && entry.architecture === undefined) check.error(['model'], counted(entry.id))
    return
  }
  const missing = shapeKeys.filter((key) => model[key] === undefined)
  if (missing.length === 0 || sourceKinds.some((kind) => model[kind] !== undefined)) return
  check.error(['model'], counted('the model'), `add ${missing.join(', ')}`, 'key')
}

/** A model described by numbers of its own. */
function checkInlineModel(model: InlineModel, check: Checker): void {
  const { parameters, active_parameters, hidden_size, heads, head_dim, kv_heads, layers } = model
  if (hidden_size !== undefined && heads !== undefined && head_dim === undefined && heads > hidden_size) {
    const message = `${count(heads)} heads leave nothing of a hidden_size of ${count(hidden_size)} to each`
    check.error(['model', 'heads'], message, 'head_dim says how wide a head is where it is no share of hidden_size')
  }
  if (parameters === undefined)
    check.error(
      ['model'],
      'the key "parameters" is missing: a model outside the catalog is known at least by its size',
      undefined,
      'key',
    )
  else if (active_parameters !== undefined && active_parameters > parameters) {
    check.error(
      ['model', 'active_parameters'],
      `active_parameters of ${count(active_parameters)} are more than all ${count(parameters)} parameters`,
    )
  }
  if (heads !== undefined && kv_heads !== undefined && heads % kv_heads !== 0) {
    check.error(['model', 'kv_heads'], `${kv_heads} kv_heads do not divide ${heads} heads`)
  }
  if (layers === undefined && kv_heads !== undefined) {
    check.error(['model', 'kv_heads'], 'kv_heads say nothing without the number of layers', 'add layers', 'key')
  }
}
