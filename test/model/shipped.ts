import { readdirSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { type Architecture, architectureSchema, type Model, modelFileSchema } from '../../src/catalog/model.ts'

const folder = new URL('../../catalogs/models/', import.meta.url)

/** Every model the project ships, read from the YAML files as they are. */
export const shippedModels: Model[] = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .flatMap((name) => {
    const file = modelFileSchema.parse(parse(readFileSync(new URL(name, folder), 'utf8')))
    return file.models.map((model) => ({ ...model, family: file.family }))
  })

export function shippedModel(id: string): Model {
  const model = shippedModels.find((entry) => entry.id === id)
  if (model === undefined) throw new Error(`no model ${id}`)
  return model
}

export function shippedArchitecture(id: string): Architecture {
  const { architecture } = shippedModel(id)
  if (architecture === undefined) throw new Error(`${id} has no architecture`)
  return architecture
}

/** A small architecture with the given parts replaced, all defaults filled in. */
export function architectureOf(parts: Record<string, unknown>): Architecture {
  return architectureSchema.parse({
    hidden_size: 64,
    vocabulary_size: 256,
    tied_embeddings: false,
    max_positions: 128,
    layers: [
      {
        layers: '0-1',
        attention: { kind: 'softmax', heads: 4, kv_heads: 2, head_dim: 16 },
        mlp: { kind: 'dense', intermediate_size: 128 },
      },
    ],
    ...parts,
  })
}

export function readFixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8'))
}
