import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'

const schema = z.strictObject({
  explanations: z.array(z.strictObject({ ids: z.array(z.string().min(1)).min(1), why: z.string().min(1) })),
})

/** Why a record is far off: the first explanation whose names match its id; undefined where none does. */
export function explanationsOf(file: string): (id: string) => string | undefined {
  const { explanations } = schema.parse(parse(readFileSync(file, 'utf8')))
  const rows = explanations.flatMap(({ ids, why }) => ids.map((name) => ({ pattern: patternOf(name), why })))
  return (id) => rows.find(({ pattern }) => pattern.test(id))?.why
}

function patternOf(name: string): RegExp {
  const parts = name.split('*').map((part) => part.replaceAll(/[.\\+?^${}()|[\]]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`)
}
