import { type Html, html, trusted, type Value } from './html.ts'
import { SCRIPT, SCRIPT_HASH } from './script.ts'
import { STYLE, STYLE_HASH } from './style.ts'

/**
 * Nothing is loaded, sent or framed, and nothing runs or paints but the one script and the one style sheet of the program, by their
 * hashes: markup that got past the escaping could still do nothing (Content Security Policy level 3).
 */
const POLICY = `default-src 'none'; script-src '${SCRIPT_HASH}'; style-src '${STYLE_HASH}'; base-uri 'none'; form-action 'none'`

/** One self-contained document. */
export function page(title: string, body: Value): string {
  return html`<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="gpu-plan">
<title>${title}</title>
<style>${trusted(STYLE)}</style>
</head>
<body>
<main>
${body}
</main>
<script>${trusted(SCRIPT)}</script>
</body>
</html>
`.markup
}

/** A titled part of a report; nothing where it has no content. */
export function section(title: string, ...content: readonly Value[]): Html | null {
  if (content.every(isEmpty)) return null
  return html`<section aria-label="${title}"><h2>${title}</h2>
${content}
</section>
`
}

function isEmpty(value: Value): boolean {
  return value === null || (Array.isArray(value) && value.every(isEmpty))
}

/** Sentences as a list; nothing where there are none. */
export function sentences(list: readonly string[]): Html | null {
  return list.length === 0 ? null : html`<ul>${list.map((each) => html`<li>${each}</li>`)}</ul>`
}

/** The same with a mark before each, in its colour. */
export function marked(list: readonly string[], mark: string, tone: 'good' | 'bad' | 'warn' | 'muted'): Html | null {
  if (list.length === 0) return null
  return html`<ul class="marks">${list.map((each) => html`<li><b class="${tone}" aria-hidden="true">${mark}</b>${each}</li>`)}</ul>`
}

/** A part that opens on demand, and for print. */
export function folded(title: string, ...content: readonly Value[]): Html | null {
  if (content.every(isEmpty)) return null
  return html`<details><summary>${title}</summary>
${content}
</details>`
}

export interface Tile {
  readonly name: string
  readonly value: string
  readonly note?: string
}

/** The figures that a reader looks for first. */
export function tiles(list: readonly Tile[]): Html | null {
  if (list.length === 0) return null
  return html`<dl class="tiles">${list.map(({ name, value, note }) => html`<div><dt>${name}</dt><dd>${value}${note === undefined ? null : html`<small>${note}</small>`}</dd></div>`)}</dl>`
}
