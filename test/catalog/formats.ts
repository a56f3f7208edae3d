import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect } from 'vitest'
import { parse } from 'yaml'
import type { z } from 'zod'
import { engineSchema } from '../../src/catalog/engine.ts'
import { gpuFileSchema } from '../../src/catalog/gpu.ts'
import { kvFormatSchema, quantizationSchema } from '../../src/catalog/quantization.ts'

const root = join(import.meta.dirname, '../../catalogs')

/** File name without ending -> content, checked. */
function folder<S extends z.ZodType>(path: string, schema: S): Map<string, z.infer<S>> {
  const files = readdirSync(join(root, path)).filter((file) => file.endsWith('.yaml'))
  return new Map(
    files.map((file) => [basename(file, '.yaml'), schema.parse(parse(readFileSync(join(root, path, file), 'utf8')))]),
  )
}

export const quantizations = folder('quantizations', quantizationSchema)
export const kvFormats = folder('quantizations/kv', kvFormatSchema)
export const engines = folder('engines', engineSchema)
export const gpus = [...folder('gpus', gpuFileSchema).values()].flatMap((file) => file.gpus)
export const kernelIds = readdirSync(join(root, 'kernels')).map((file) => basename(file, '.yaml'))

function only<T>(found: T | undefined, id: string): T {
  return found ?? expect.fail(`no ${id} in the catalog`)
}

export const quantization = (id: string) => only(quantizations.get(id), id)
export const kvFormat = (id: string) => only(kvFormats.get(id), id)
export const gpu = (id: string) =>
  only(
    gpus.find((candidate) => candidate.id === id),
    id,
  )
export const engine = (id: string) =>
  only(
    [...engines.values()].find((candidate) => candidate.id === id),
    id,
  )

/** Value of a formula of numbers, + - * / and parentheses. Anything else throws. */
export function evaluate(formula: string): number {
  const tokens = formula.match(/\d+(?:\.\d+)?|[-+*/()]/g) ?? []
  if (tokens.join('') !== formula.replaceAll(' ', '')) throw new Error(`not arithmetic: ${formula}`)
  let place = 0
  const sum = (): number => {
    let value = product()
    while (tokens[place] === '+' || tokens[place] === '-') value += tokens[place++] === '+' ? product() : -product()
    return value
  }
  const product = (): number => {
    let value = factor()
    while (tokens[place] === '*' || tokens[place] === '/') value *= tokens[place++] === '*' ? factor() : 1 / factor()
    return value
  }
  const factor = (): number => {
    const token = tokens[place++]
    if (token !== '(') return Number(token)
    const value = sum()
    if (tokens[place++] !== ')') throw new Error(`unbalanced: ${formula}`)
    return value
  }
  const value = sum()
  if (place !== tokens.length || !Number.isFinite(value)) throw new Error(`not arithmetic: ${formula}`)
  return value
}
