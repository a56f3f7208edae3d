import type { Catalog } from '../catalog/catalog.ts'
import type { SourceOptions } from '../io/model-source.ts'
import type { Flags } from './flags.ts'

/** How models are read from where they live, by the flags and the environment. */
export function sourceOptionsOf(flags: Flags, catalog: Catalog): SourceOptions {
  return {
    env: process.env,
    offline: flags.switch('offline'),
    refresh: flags.switch('refresh'),
    known: [...catalog.models.values()].flatMap(({ huggingface }) => huggingface ?? []),
  }
}
