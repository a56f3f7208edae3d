import { inputError } from '../scenario/diagnostic.ts'
import type { ReadModel, SourceOptions } from './model-source.ts'

export async function readGguf(text: string, _options: SourceOptions): Promise<ReadModel> {
  throw inputError(`${text}: GGUF`)
}
