import type { z } from 'zod'
import { type Architecture, architectureSchema, type layerGroupSchema } from '../../catalog/model.ts'
import { layerKinds } from '../../model/layers.ts'
import { inputError } from '../../scenario/diagnostic.ts'

export type ArchitectureInput = z.input<typeof architectureSchema>
export type LayerInput = Omit<z.input<typeof layerGroupSchema>, 'layers'>
export type Layer = Omit<z.output<typeof layerGroupSchema>, 'layers'>
export type AttentionInput = LayerInput['attention']
export type MlpInput = LayerInput['mlp']

/** An architecture with its layers one by one, as files describe them. */
export interface Shape extends Omit<ArchitectureInput, 'layers'> {
  readonly layers: readonly LayerInput[]
}

/** A shape in the form of the catalog: layers that are built alike become one group, in the order of their first layer. */
export function grouped(shape: Shape): ArchitectureInput {
  const groups = new Map<string, { layer: LayerInput; indices: number[] }>()
  for (const [index, layer] of shape.layers.entries()) {
    const key = JSON.stringify(layer)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { layer, indices: [index] })
    else group.indices.push(index)
  }
  const layers = [...groups.values()].map(({ layer, indices }) => ({ layers: rangeText(indices), ...layer }))
  return { ...shape, layers }
}

/**
 * The architecture of a shape, with the defaults of the catalog filled in.
 * @throws InputError where its numbers are none that an architecture can have
 */
export function architectureOf(shape: Shape): Architecture {
  const checked = architectureSchema.safeParse(grouped(shape))
  if (checked.success) return checked.data
  const issue = checked.error.issues[0]
  throw inputError(`the numbers of the file make no model: ${issue?.path.join('.')}: ${issue?.message}`)
}

/** The layers of an architecture one by one. */
export function layersOf(architecture: Architecture): Layer[] {
  return layerKinds(architecture).groupOfLayer.map((group) => {
    const found = architecture.layers[group]
    if (found === undefined) throw new Error(`no layer group ${group}`)
    const { layers: _, ...layer } = found
    return layer
  })
}

/** Fewest layers that are written with a step: `1-5/2` says more than `1,3`. */
const SHORTEST_STEPPED = 3

/** Rising layer indices as the catalog writes them: `0-79`, `5-61/6`, `0-2,4-6`. */
export function rangeText(indices: readonly number[]): string {
  const parts: string[] = []
  let start = 0
  while (start < indices.length) {
    const first = indices[start] ?? 0
    const step = (indices[start + 1] ?? first) - first
    let end = start
    while (step > 0 && indices[end + 1] === (indices[end] ?? 0) + step) end++
    const length = end - start + 1
    const last = indices[end] ?? first
    if (step === 1 && length > 1) parts.push(`${first}-${last}`)
    else if (length >= SHORTEST_STEPPED) parts.push(`${first}-${last}/${step}`)
    else {
      parts.push(String(first))
      end = start
    }
    start = end + 1
  }
  return parts.join(',')
}
