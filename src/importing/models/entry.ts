import { Document, isMap, isSeq, visit } from 'yaml'
import { documentText } from '../../yaml-text.ts'
import type { ImportedModel } from './imported.ts'

/** Longest line before the list of sources and notes is folded. */
const LINE = 160

/**
 * A file of a catalog directory that holds the model, in the form of the shipped ones: `models/*.yaml`.
 * @param asOf day the model was read, YYYY-MM-DD
 */
export function modelYaml({ model, written, checks, notes }: ImportedModel, asOf: string): string {
  const { family, architecture: _, sources, notes: own, ...rest } = model
  const all = [...(own ?? []), ...notes, ...checks.map(({ text }) => text)]
  const document = new Document({
    family,
    as_of: asOf,
    models: [
      {
        ...rest,
        architecture: written,
        sources: sources.map((source) => `${source}, read ${asOf}`),
        ...(all.length === 0 ? {} : { notes: all }),
      },
    ],
  })
  visit(document, {
    Pair(_key, pair) {
      // One line for each layer's attention and MLP, as in the shipped files.
      const key = String(pair.key)
      const flow = ['attention', 'mlp', 'rope_tables', 'vision_image', 'native_quantization'].includes(key)
      if (flow && (isMap(pair.value) || isSeq(pair.value))) pair.value.flow = true
    },
  })
  return documentText(document, { lineWidth: LINE, flowCollectionPadding: true })
}
