import { listOf, type Resolved, valueText } from '../config/settings.ts'
import { printable } from './printable.ts'
import { table } from './table.ts'

/** A file in which settings were looked for. */
interface LookedFor {
  readonly layer: string
  readonly path: string | null
  readonly exists: boolean
}

/** Settings as a table: key, value, where it comes from; then what is overridden, and the files. */
export function configText(resolved: readonly Resolved[], files: readonly LookedFor[]): string {
  const rows = resolved.map((each) => {
    const { setting, values } = each
    const value = setting.adds === true ? listOf(each).join(', ') : valueText(values.at(-1)?.value ?? null)
    const origin = values.map((stated) => stated.origin).join(', ')
    return values.length === 0 ? [setting.key, setting.builtIn, 'built in'] : [setting.key, value, origin]
  })
  const overridden = resolved.flatMap(({ setting, overridden: weaker }) =>
    weaker.map(({ value, origin }) => `overridden: ${setting.key} ${valueText(value)} (${origin})`),
  )
  const places = files.map(
    ({ layer, path, exists }) => `${layer}: ${path ?? 'nowhere to look'}${exists ? '' : ' (none)'}`,
  )
  const head = [{ title: 'setting' }, { title: 'value' }, { title: 'from' }]
  return `${printable([...table(head, printable(rows)), ...overridden, '', ...places]).join('\n')}\n`
}
