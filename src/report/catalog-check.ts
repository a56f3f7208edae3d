import type { Finding } from '../catalog/check.ts'
import { count } from '../units.ts'
import type { ListFormat } from './catalog-list.ts'
import { csv } from './csv.ts'
import { json } from './json.ts'
import { blocks, markdownTable } from './markdown/blocks.ts'
import { MARKS } from './style.ts'
import { wrap } from './wrap.ts'

/** What a person should look at in a catalog that is valid as it stands. */
export function printFindings(findings: readonly Finding[], offers: number, format: ListFormat): string {
  const cells = findings.map(({ kind, id, message }) => [kind, id, message])
  switch (format) {
    case 'json':
      return json({ valid: true, offers, findings })
    case 'csv':
      return csv([['kind', 'id', 'message'], ...cells])
    case 'markdown':
      return blocks([markdownTable([{ title: 'kind' }, { title: 'id' }, { title: 'message' }], cells)])
    case 'text': {
      const lines = findings.flatMap(({ kind, id, message }) => wrap(`${kind} ${id}: ${message}`, `${MARKS.warning} `))
      const end = `${MARKS.good} the catalog is valid; ${count(offers)} offers, ${count(findings.length)} to look at`
      return `${[...lines, end].join('\n')}\n`
    }
  }
}
