import pc from 'picocolors'

/** How a report marks its words; every function returns its text unchanged where colours are off. */
export interface Style {
  title(text: string): string
  good(text: string): string
  bad(text: string): string
  doubtful(text: string): string
  faint(text: string): string
}

/** Colour is the caller's decision: a report never looks at the terminal. */
export function styleFor(color: boolean): Style {
  const colors = pc.createColors(color)
  return {
    title: (text) => colors.bold(text),
    good: (text) => colors.green(text),
    bad: (text) => colors.red(text),
    doubtful: (text) => colors.yellow(text),
    faint: (text) => colors.dim(text),
  }
}

export const MARKS = { good: '✔', bad: '✘', warning: '!', item: '·' } as const
