import { yamlText } from '../yaml-text.ts'
import { commentLines } from './header.ts'

/**
 * A YAML file under comment lines, of one document or of several, as Kubernetes takes them. Values are quoted by the writer where YAML
 * would read them as something else, also where a reader of YAML 1.1 would (PyYAML, Kubernetes), which takes `on` for a boolean and
 * `1:30` for a number.
 */
export function yamlFile(header: readonly string[], ...documents: readonly unknown[]): string {
  const bodies = documents.map((each) => yamlText(each, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false }))
  return `${commentLines(header)}\n${bodies.join('---\n')}`
}
