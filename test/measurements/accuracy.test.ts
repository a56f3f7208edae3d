import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { type CommittedErrors, committedErrors, keyOf } from '../../tools/accuracy/committed.ts'
import { pageInput } from '../../tools/accuracy/input.ts'
import { accuracyPage, type PageInput } from '../../tools/accuracy/page.ts'

/*
 * Every error figure of every group of runs against the committed one (`npm run validate -- --write` writes them). A change that
 * makes one worse by more than a tenth has to be looked at before it is committed.
 */

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const committed = JSON.parse(read('test/measurements/about/committed-errors.json')) as CommittedErrors
const WORSE = 1.1
/** Errors this small are those of printed digits. */
const SMALL = 0.0005

let predicted: Promise<PageInput> | undefined
/** All runs predicted, once. */
function everything(): Promise<PageInput> {
  predicted ??= pageInput()
  return predicted
}

it('docs/accuracy.md is what the run prints', async () => {
  const input = await everything()
  expect(accuracyPage(input), 'npm run validate -- --write').toBe(read('docs/accuracy.md'))
})

it('no error figure is worse than the committed one by more than a tenth', async () => {
  const input = await everything()
  const worse = input.validation.summary.flatMap((row) => {
    const [, median, p90] = committed[keyOf(row)] ?? []
    if (median === undefined || p90 === undefined) return []
    const isWorse = (now: number, before: number): boolean => now > WORSE * before + SMALL
    return isWorse(row.median, median) || isWorse(row.p90, p90) ? [`${keyOf(row)}: ${row.median} / ${row.p90}`] : []
  })
  expect(worse).toEqual([])
})

it('compares as many runs as were committed', async () => {
  const input = await everything()
  const now = committedErrors(input.validation)
  expect(Object.keys(now).sort()).toEqual(Object.keys(committed).sort())
  for (const [key, [count]] of Object.entries(committed)) expect(now[key]?.[0], key).toBe(count)
})
