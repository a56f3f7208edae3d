import { type Finding, findingKinds } from '../catalog/check.ts'
import { resultVersion } from '../result/version.ts'
import { count } from '../units.ts'
import type { CatalogCheck } from './catalog-documents.ts'
import type { ListFormat } from './catalog-list.ts'
import { csv } from './csv.ts'
import { json } from './json.ts'
import { blocks, markdownTable } from './markdown/blocks.ts'
import { printable } from './printable.ts'
import { MARKS } from './style.ts'
import { wrap } from './wrap.ts'

/** What a person should look at in a catalog that is valid as it stands. `offers` is how many were looked at. */
export function printFindings(findings: readonly Finding[], offers: number, format: ListFormat): string {
  const cells = findings.map(({ kind, id, message }) => [kind, id, message])
  switch (format) {
    case 'json':
      return json<CatalogCheck>({ version: resultVersion, valid: true, offers, counts: countsOf(findings), findings })
    case 'csv':
      return csv([['kind', 'id', 'message'], ...cells])
    case 'markdown':
      return blocks([markdownTable([{ title: 'kind' }, { title: 'id' }, { title: 'message' }], cells)])
    case 'text': {
      const lines = findings.flatMap(({ kind, id, message }) =>
        wrap(printable(`${kind} ${id}: ${message}`), `${MARKS.warning} `),
      )
      const kinds = Object.entries(countsOf(findings)).filter(([, number]) => number > 0)
      for (const [kind, number] of kinds)
        lines.push(...wrap(`${count(number)} ${kind}: ${findingKinds[kind as Finding['kind']]}`, `${MARKS.item} `))
      lines.push(`${MARKS.good} the catalog is valid; ${count(offers)} offers, ${count(findings.length)} to look at`)
      return `${lines.join('\n')}\n`
    }
  }
}

function countsOf(findings: readonly Finding[]): Record<Finding['kind'], number> {
  return Object.fromEntries(
    Object.keys(findingKinds).map((kind) => [kind, findings.filter((finding) => finding.kind === kind).length]),
  ) as Record<Finding['kind'], number>
}
