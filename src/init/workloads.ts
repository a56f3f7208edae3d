import { type ServeWish, serveItem } from './serve.ts'
import { type Row, row, scalar } from './yaml.ts'

/** A workload of a new fleet or forecast: a scenario file, or a serving scenario written out. */
export type WorkloadWish =
  | { readonly file: string; readonly kind: 'serve' | 'train' }
  | { readonly name: string; readonly serve: ServeWish }

/** The rows of a map as an item of a list. */
export function listItem(rows: readonly Row[]): Row[] {
  return rows.map(({ text, note }, index) => row(`${index === 0 ? '- ' : '  '}${text}`, note))
}

/** An item of `workloads`, with what the fleet or forecast says of it. */
export function workloadItem(workload: WorkloadWish, more: readonly Row[]): Row[] {
  if ('file' in workload) return listItem([row(`scenario: ${scalar(workload.file)}`, 'relative to this file'), ...more])
  const rows = serveItem(workload.name, workload.serve).map(({ text, note }) => row(`  ${text}`, note))
  return listItem([row('scenario:', 'or the path of a scenario file'), ...rows, ...more])
}
