import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { loadCatalog } from '../../src/io/load-catalog.ts'
import { InputError } from '../../src/scenario/diagnostic.ts'
import { parseScenario } from '../../src/scenario/schema.ts'
import { parseYaml } from '../../src/scenario/yaml.ts'

let catalog: Catalog
beforeAll(async () => {
  catalog = await loadCatalog()
})

const scenario = `kind: serve
model: llama-3-70b
traffic: { tokens_per_day: 1M, input_tokens: 1024, output_tokens: 256 }
search:
  gpus: &g [h100-pcie-80gb, "hopper"]
  exclude_gpus: [mi210]
prices: { overrides: { runpod/h100-pcie-80gb: 1.99 } }
headroom: 5%
`

const training = `kind: train
model: mixtral-8x7b
data: { examples: 50k, tokens_per_example: 1024, epochs: 3 }
deadline: 2026-12-31
budget: $500
trainer: common
search:
  method: [qlora, lora]
  lora: { rank: [16], targets: [q_proj, o] }
  zero_stage: [0, 3]
  micro_batch: [1, 2]
`

/** Reads; every refusal must be an InputError whose places lie in the text. */
function survives(text: string): void {
  try {
    parseScenario(text, 's.yaml', catalog, [], '2026-11-20')
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    expect(error.diagnostics.length).toBeGreaterThan(0)
    const lines = text.split(/\r\n|\r|\n/)
    for (const { position, message } of error.diagnostics) {
      expect(message).not.toBe('')
      expect(message).not.toContain('\n')
      if (position?.line === undefined) continue
      expect(position.line).toBeGreaterThanOrEqual(1)
      expect(position.line).toBeLessThanOrEqual(lines.length)
      expect(position.column).toBeGreaterThanOrEqual(1)
    }
  }
}

describe('no text makes the reader fail in any way but with a message', () => {
  const noise = fc.oneof(
    fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ':',
      '- ',
      '&g',
      '*g',
      '"',
      "'",
      '\n',
      '  ',
      '\t',
      '#',
      '? ',
      '!!',
      '|',
      '>',
      '%',
      '<<: ',
      '---\n',
      '0',
      '.nan',
      '-',
      '\r',
    ),
    fc.string({ unit: 'grapheme', maxLength: 4 }),
  )

  it.each([
    ['serving', scenario],
    ['training', training],
  ])('random edits of a %s scenario', (_, document) => {
    const edit = fc.tuple(fc.nat(document.length), fc.nat(6), noise)
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        survives(edits.reduce((text, [at, cut, add]) => text.slice(0, at) + add + text.slice(at + cut), document))
      }),
      { numRuns: 1500 },
    )
  })

  it('random pieces of syntax', () => {
    fc.assert(
      fc.property(fc.array(noise, { maxLength: 60 }), (pieces) => survives(pieces.join(''))),
      { numRuns: 1500 },
    )
  })

  it('plain JSON reads as itself', () => {
    const key = fc.string({ maxLength: 6 }).filter((text) => !['__proto__', 'constructor', 'prototype'].includes(text))
    const { json } = fc.letrec((tie) => ({
      json: fc.oneof(
        { maxDepth: 4 },
        fc.string(),
        fc.integer(),
        fc.boolean(),
        fc.dictionary(key, tie('json'), { noNullPrototype: true, maxKeys: 4 }),
        fc.array(tie('json'), { maxLength: 4 }),
      ),
    }))
    fc.assert(
      fc.property(json, (value) => {
        const result = parseYaml(JSON.stringify(value), 'x')
        expect(result.ok && result.value).toEqual(value)
      }),
    )
  })
})
