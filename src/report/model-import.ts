import type { ImportedModel } from '../importing/models/imported.ts'
import { printable } from './printable.ts'

/** What was read of a model, for standard error: names and values, then checks, then notes. */
export function modelImportText({ rows, checks, notes }: ImportedModel, further: readonly string[] = []): string {
  const width = Math.max(...rows.map(([name]) => name.length))
  return [
    ...rows.map(([name, value]) => `${name.padEnd(width)}  ${printable(value)}`),
    ...checks.map(({ ok, text }) => `${(ok ? 'agrees' : 'DIFFERS').padEnd(width)}  ${printable(text)}`),
    ...[...notes, ...further].map((note) => `${'note'.padEnd(width)}  ${printable(note)}`),
  ].join('\n')
}
