import { beforeAll, describe, expect, it } from 'vitest'
import { loadCatalog } from '../../src/io/load-catalog.ts'
import { quantile } from './quantile.ts'
import { compareServer, measuredServers, type ServerComparison } from './serving-memory.ts'

/* Predicted against published memory of servers: the figures that README.md prints. */

let all: ServerComparison[]
beforeAll(async () => {
  const catalog = await loadCatalog()
  all = measuredServers.map((server) => compareServer(server, catalog))
})

describe('absolute error, median and 90th percentile', () => {
  it.each([
    ['weights', 'weights', 51, 0.0006, 0.0055],
    ['KV tokens from a given room', 'tokensOfRoom', 42, 0.0001, 0.0002],
    ['KV room, as a share of the GPU', 'room', 46, 0.0006, 0.0235],
  ] as const)('%s', (_, quantity, starts, median, high) => {
    const errors = all.flatMap((comparison) => comparison[quantity] ?? []).map(Math.abs)
    expect(errors).toHaveLength(starts)
    expect(quantile(errors, 0.5)).toBeLessThan(median)
    expect(quantile(errors, 0.9)).toBeLessThan(high)
  })
})

it('calls 108 of 109 rightly to start or not to start', () => {
  expect(all).toHaveLength(109)
  const wrong = all.filter(({ server, fits }) => fits !== ((server.outcome ?? 'ok') === 'ok'))
  expect(wrong.map(({ server }) => server.id)).toEqual(['vllm51590-gptoss120b-8xpro4500'])
})

it('every start names where it was published', () => {
  for (const { id, source } of measuredServers) expect(source, id).toMatch(/\S{8}/)
  expect(new Set(measuredServers.map(({ id }) => id)).size).toBe(measuredServers.length)
})
