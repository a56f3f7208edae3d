import { describe, expect, it } from 'vitest'
import { LayerRangeError, layerKinds, layerRangeProblem, parseLayerRange } from '../../src/model/layers.ts'
import { architectureOf } from './shipped.ts'

const group = (layers: string) => ({ layers, attention: { kind: 'none' }, mlp: { kind: 'none' } })
const withLayers = (...ranges: string[]) => architectureOf({ layers: ranges.map(group) })

describe('layer ranges', () => {
  it('reads single layers, ranges, steps and lists', () => {
    expect(parseLayerRange('7')).toEqual([7])
    expect(parseLayerRange('0-3')).toEqual([0, 1, 2, 3])
    expect(parseLayerRange('5-23/6')).toEqual([5, 11, 17, 23])
    expect(parseLayerRange('5-22/6')).toEqual([5, 11, 17])
    expect(parseLayerRange('9,0-1,4-6/2')).toEqual([9, 0, 1, 4, 6])
  })

  it('refuses what is not a range', () => {
    for (const text of ['', 'a', '3-1', '0-4/0', '1-', '-1', '0-1000000000']) {
      expect(() => parseLayerRange(text), text).toThrow(LayerRangeError)
    }
  })

  it('assigns each layer to its group', () => {
    // Gemma 3 27B: every sixth layer is full, 52 + 10 = 62.
    const kinds = layerKinds(withLayers('0-4,6-10,12-16', '5-11/6', '17'))
    expect(kinds.layerCount).toBe(18)
    expect(kinds.groupSizes).toEqual([15, 2, 1])
    expect(kinds.groupOfLayer[5]).toBe(1)
    expect(kinds.groupOfLayer[17]).toBe(2)
  })

  it('names a layer that is missing or described twice', () => {
    expect(layerRangeProblem(withLayers('0-3', '5'))).toBe('layer 4 is in no group')
    expect(layerRangeProblem(withLayers('0-3', '3-5'))).toBe('layer 3 is in two groups')
    expect(layerRangeProblem(withLayers('0-3', '4-5'))).toBeUndefined()
  })
})
