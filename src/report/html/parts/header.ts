import { type Html, html, type Value } from '../html.ts'

export interface Header {
  readonly name: string
  readonly status: { readonly text: string; readonly mark: string; readonly tone: 'good' | 'bad' | 'warn' }
  /** One sentence with the money in it. */
  readonly answer: string
  readonly below: Value
}

/** The name, whether there is a plan, the answer in one sentence, and what belongs to it at first sight. */
export function header({ name, status, answer, below }: Header): Html {
  return html`<header><h1 dir="auto">${name}</h1>
<p class="answer">${answer}</p>
<p class="status ${status.tone}">${status.mark} ${status.text}</p>
${below}</header>
`
}
