import {
  type CreateNodeOptions,
  Document,
  type DocumentOptions,
  type ParseOptions,
  Scalar,
  type SchemaOptions,
  type Tags,
  type ToStringOptions,
  visit,
} from 'yaml'
import { isVisible, replaceUnprintable } from './visible.ts'

type Options = DocumentOptions & SchemaOptions & ParseOptions & CreateNodeOptions & ToStringOptions

/**
 * Texts that some reader takes for something else although the writer leaves them plain: `=` and `<<` have types of their own in
 * YAML 1.1 (yaml.org/type; PyYAML fails on them), `0o17` is a number in YAML 1.2 and for Kubernetes, and `---` starts a document.
 */
const MISREAD = /^(=|<<|[-+]?0[oO][0-7]+|---.*|\.\.\.)$/s

/** A value as a document of YAML. */
export function yamlText(value: unknown, options: Options = {}): string {
  return documentText(new Document(value, { ...options, customTags: withoutMerge }), options)
}

/** The writer never quotes a merge key, which no text of ours is meant as. */
function withoutMerge(tags: Tags): Tags {
  return tags.filter((tag) => typeof tag === 'string' || tag.tag !== 'tag:yaml.org,2002:merge')
}

/**
 * A document as text that every reader of YAML takes, with each of its texts unchanged: what cannot be shown stands as an escape in
 * double quotes, since raw control characters are no YAML (chapter 5.1; PyYAML refuses the file) and others mislead who reads it.
 */
export function documentText(document: Document, options: ToStringOptions = {}): string {
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value !== 'string') return
      const text = wellFormed(node.value)
      node.value = text
      if (needsEscapes(text) || MISREAD.test(text)) node.type = Scalar.QUOTE_DOUBLE
    },
  })
  const text = document.toString({ ...options, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER })
  // Everything of the kind stands in double quotes by now, but for the line feeds between entries.
  return escapedBetweenLines(text)
}

/** A text in double quotes. */
export function yamlQuoted(text: string): string {
  return escapedBetweenLines(JSON.stringify(wellFormed(text)))
}

/** No YAML can hold half a surrogate pair (libyaml refuses its escape); it becomes what any encoder of UTF-8 makes of it. */
function wellFormed(text: string): string {
  return text.replace(/\p{Cs}/gu, '\ufffd')
}

/** Line feeds alone make a block scalar, which is easier on the eye. */
function needsEscapes(text: string): boolean {
  return !isVisible(text.replaceAll('\n', ''))
}

function escapedBetweenLines(text: string): string {
  return replaceUnprintable(text, (character) => {
    if (character === '\n') return character
    const code = (character.codePointAt(0) ?? 0).toString(16)
    return code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`
  })
}
