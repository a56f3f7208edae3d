import { describe, expect, it } from 'vitest'
import type { Architecture, Model } from '../../../src/catalog/model.ts'
import { configOf, readConfig } from '../../../src/importing/models/config.ts'
import { NotExpressible } from '../../../src/importing/models/family.ts'
import { layersOf } from '../../../src/importing/models/shape.ts'
import { loadCatalog } from '../../../src/io/load-catalog.ts'
import { matrixFlopsPerToken } from '../../../src/model/flops.ts'
import { kvElementsPerToken } from '../../../src/model/kv.ts'
import { countParameters } from '../../../src/model/parameters.ts'
import { describeModel } from '../../../src/model/tensors.ts'
import { plain } from './plain.ts'

/** Models without a config.json of a public class, each with the reason. */
const WITHOUT_FORM: Readonly<Record<string, string>> = {
  'gemma-3n-e4b': 'known by its parameter count alone',
  'gpt-3-175b': 'never published',
  'gpt-4-estimated': 'never published',
  'grok-1': 'published for JAX, without a config.json',
  'step-3': 'known by its parameter count alone',
}

const catalog = await loadCatalog()

function roundTrip(model: Model): Architecture {
  // As the file would hold it: what JSON cannot say is lost.
  return readConfig(JSON.parse(JSON.stringify(configOf(model)))).architecture
}

describe('every model of the catalog as config.json and back', () => {
  for (const model of catalog.models.values()) {
    if (Object.hasOwn(WITHOUT_FORM, model.id)) {
      it(`${model.id} has no form: ${WITHOUT_FORM[model.id]}`, () => {
        expect(() => configOf(model)).toThrow(NotExpressible)
      })
      continue
    }
    it(model.id, () => {
      if (model.architecture === undefined) throw new Error('an architecture is expected')
      const back = roundTrip(model)
      expect(plain(back)).toEqual(plain(model.architecture))
      const [before, after] = [describeModel(model.architecture), describeModel(back)]
      expect(countParameters(after)).toEqual(countParameters(before))
      expect(matrixFlopsPerToken(after)).toBe(matrixFlopsPerToken(before))
      const kv = (architecture: Architecture) =>
        layersOf(architecture).reduce((sum, { attention }) => sum + kvElementsPerToken(attention), 0)
      expect(kv(back)).toBe(kv(model.architecture))
    })
  }

  it('keeps the format a model was released in', () => {
    for (const model of catalog.models.values()) {
      const scheme = model.native_quantization?.scheme
      if (scheme === undefined || Object.hasOwn(WITHOUT_FORM, model.id)) continue
      expect(readConfig(configOf(model)).quantization?.scheme, model.id).toBe(scheme)
    }
  })
})
