/**
 * Edits between two texts: insertions, deletions, substitutions and swaps of neighbours (optimal string alignment distance,
 * Damerau 1964). Time and memory grow with the product of the lengths; ids are short.
 */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + change)
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      if (swapped) best = Math.min(best, (beforeLast[j - 2] ?? 0) + 1)
      row.push(best)
    }
    beforeLast = last
    last = row
  }
  return last[b.length] ?? 0
}

/** Letters and digits in lower case: `Llama3_70B` and `llama-3-70b` are the same name to a reader. */
function plain(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, '')
}

const LONGEST_COMPARED = 80

/**
 * The candidates a person may have meant, best first, at most `limit`. Near in spelling (up to a third of the letters differ),
 * or starting with or containing what was typed. Ties go to the shorter, then the first in order.
 */
export function nearest(typed: string, candidates: Iterable<string>, limit = 1): string[] {
  const wanted = plain(typed.slice(0, LONGEST_COMPARED))
  if (wanted === '') return []
  const scored: { candidate: string; score: number }[] = []
  for (const candidate of new Set(candidates)) {
    const other = plain(candidate)
    const allowed = Math.max(1, Math.floor(Math.max(wanted.length, other.length) / 3))
    const distance =
      Math.abs(wanted.length - other.length) > allowed ? Number.POSITIVE_INFINITY : editDistance(wanted, other)
    if (distance <= allowed) scored.push({ candidate, score: distance })
    else if (wanted.length >= 3 && other.startsWith(wanted)) scored.push({ candidate, score: allowed + 1 })
    else if (wanted.length >= 3 && other.includes(wanted)) scored.push({ candidate, score: allowed + 2 })
  }
  scored.sort(
    (a, b) => a.score - b.score || a.candidate.length - b.candidate.length || (a.candidate < b.candidate ? -1 : 1),
  )
  return scored.slice(0, limit).map(({ candidate }) => candidate)
}

/** `did you mean "hopper"?`, or undefined when nothing is near. */
export function didYouMean(typed: string, candidates: Iterable<string>, limit = 1): string | undefined {
  const found = nearest(typed, candidates, limit)
  if (found.length === 0) return undefined
  return `did you mean ${found.map((each) => JSON.stringify(each)).join(' or ')}?`
}
