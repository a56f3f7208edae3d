import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { breaksOf, type DocumentsSchema } from '../../tools/result-schema/compatible.ts'

/** A schema of one document, as the one of results is made. */
function documents(schema: z.ZodType): DocumentsSchema {
  const named = z.toJSONSchema(z.union([schema.meta({ id: 'answer' })]), {
    target: 'draft-7',
    override: ({ jsonSchema }) => {
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties
    },
  })
  z.globalRegistry.clear()
  return named as unknown as DocumentsSchema
}

const shared = z.object({ gpus: z.int().positive() })
const before = {
  kind: z.enum(['a', 'b']),
  usd: z.number().nonnegative(),
  gap: z.number().nullable(),
  note: z.string().optional(),
  plans: z.array(shared),
  counts: z.record(z.string(), z.int()),
  either: z.union([z.string(), z.object({ text: z.string() })]),
}
const old = documents(z.object(before))
const breaks = (next: z.ZodType, saved: readonly string[] = ['answer']) => breaksOf(old, documents(next), saved)

describe('a change of the schema', () => {
  test('that is none, or adds keys that may be absent, breaks nothing', () => {
    expect(breaks(z.object(before))).toEqual([])
    const more = {
      ...before,
      plans: z.array(shared.extend({ region: z.string().optional() })),
      extra: z.any().optional(),
    }
    expect(breaks(z.object(more))).toEqual([])
  })

  const { usd: _, ...without } = before
  const { note: __, ...noteless } = before
  test.each<[string, z.ZodType, RegExp]>([
    ['takes a key away', z.object(without), /^answer\.usd is missing$/],
    ['takes away one that may be absent', z.object(noteless), /^answer\.note is missing$/],
    ['renames a key', z.object({ ...without, cost: before.usd.optional() }), /^answer\.usd is missing$/],
    ['lets one be absent', z.object({ ...before, usd: before.usd.optional() }), /^answer\.usd may be absent$/],
    ['lets one be null', z.object({ ...before, usd: before.usd.nullable() }), /^answer\.usd may be null, not number$/],
    ['makes text of a number', z.object({ ...before, usd: z.string() }), /^answer\.usd may be string, not number$/],
    [
      'makes fractions of whole numbers',
      z.object({ ...before, counts: z.record(z.string(), z.number()) }),
      /^answer\.counts\.\* may be number, not integer$/,
    ],
    [
      'adds a value to a list of values',
      z.object({ ...before, kind: z.enum(['a', 'b', 'c']) }),
      /^answer\.kind may be "c"$/,
    ],
    [
      'opens a list of values',
      z.object({ ...before, kind: z.string() }),
      /^answer\.kind may be any string, not only "a", "b"$/,
    ],
    [
      'allows what was below the limit',
      z.object({ ...before, usd: z.number() }),
      /^answer\.usd allows another number than before$/,
    ],
    [
      'takes a key of an inner object away',
      z.object({ ...before, plans: z.array(z.object({})) }),
      /^answer\.plans\[\]\.gpus is missing$/,
    ],
    [
      'makes an object of a map',
      z.object({ ...before, counts: z.object({}) }),
      /^answer\.counts is not a map any more$/,
    ],
    [
      'adds a form',
      z.object({ ...before, either: z.union([before.either, z.number()]) }),
      /^answer\.either may be number, not string$/,
    ],
  ])('%s: it breaks who reads what is printed', (_name, next, sentence) => {
    expect(breaks(next, [])).toEqual([expect.stringMatching(sentence)])
  })

  test.each<[string, z.ZodType, RegExp]>([
    [
      'needs a key that old files lack',
      z.object({ ...before, extra: z.string() }),
      /^answer\.extra is missing, so that old files/,
    ],
    [
      'needs one that may be absent',
      z.object({ ...before, note: z.string() }),
      /^answer\.note may be absent, so that old files/,
    ],
    [
      'refuses null',
      z.object({ ...before, gap: z.number() }),
      /^answer\.gap may be null, not number, so that old files/,
    ],
    ['refuses a value', z.object({ ...before, kind: z.enum(['a']) }), /^answer\.kind may be "b", so that old files/],
    [
      'refuses a form',
      z.object({ ...before, either: z.string() }),
      /^answer\.either may be object, not string, so that old files/,
    ],
  ])('%s: it breaks old files, where the document is read again', (_name, next, sentence) => {
    expect(breaks(next, [])).toEqual([])
    expect(breaks(next)).toEqual([expect.stringMatching(sentence)])
  })

  test('takes a document away', () => {
    expect(breaksOf(old, { definitions: {} }, [])).toEqual(['answer: the document is gone'])
  })
})
