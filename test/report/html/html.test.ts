import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { escaped, html, trusted } from '../../../src/report/html/html.ts'
import { SCRIPT, SCRIPT_HASH } from '../../../src/report/html/script.ts'
import { STYLE, STYLE_HASH } from '../../../src/report/html/style.ts'
import { htmlTable } from '../../../src/report/html/table.ts'
import { sha256 } from './pages.ts'

describe('markup', () => {
  test.each([
    ['</script><script>alert(1)</script>', '&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;'],
    ['<img src=x onerror=alert(1)>', '&lt;img src=x onerror=alert(1)&gt;'],
    [`" onmouseover='x'`, '&quot; onmouseover=&#39;x&#39;'],
    ['a && b', 'a &amp;&amp; b'],
    ['&lt;', '&amp;lt;'],
    ['`x`', '&#96;x&#96;'],
    // Right-to-left override and its like would reorder what follows.
    ['abc\u202efed\u2066x\u200f', 'abc\\u202efed\\u2066x\\u200f'],
    // A Hebrew name keeps its direction to itself, so that the price after it stays after it.
    ['שרת 7: $3', '\u2068שרת\u2069 7: $3'],
    ['שרת גדול', '\u2068שרת גדול\u2069'],
    ['serve-70b · 8 x h100', 'serve-70b · 8 x h100'],
  ])('%j is shown as it is', (text, markup) => {
    expect(escaped(text)).toBe(markup)
    expect(html`<p title="${text}">${text}</p>`.markup).toBe(`<p title="${markup}">${markup}</p>`)
  })

  test('whatever a text holds, no tag and no end of an attribute comes of it', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !/[<>"'`]/.test(escaped(text))))
  })

  test('markup is taken as it is, once; lists are joined; null shows nothing', () => {
    const inner = html`<b>${'<'}</b>`
    expect(html`<p>${[inner, 'a<b', 3]}${null}${trusted('<hr>')}</p>`.markup).toBe('<p><b>&lt;</b>a&lt;b3<hr></p>')
  })
})

test('the page names its style sheet and its script by what they are', () => {
  expect(STYLE_HASH).toBe(sha256(STYLE))
  expect(SCRIPT_HASH).toBe(sha256(SCRIPT))
})

test('a table: numbers to the right, the number to sort by beside what is shown, long texts broken', () => {
  const { markup } = htmlTable(
    [{ title: 'a<b' }, { title: '$/h', align: 'right' }],
    [
      ['x', { show: '$1,200.00', sort: 1200 }],
      ['y'.repeat(40), { show: '-', sort: null }],
    ],
    { label: 'Prices', sortable: true, marked: 0 },
  )
  expect(markup).toContain('<th scope="col">a&lt;b</th><th scope="col" class="number">$/h</th>')
  expect(markup).toContain('<tr class="chosen"><td>x</td><td class="number" data-sort="1200">$1,200.00</td></tr>')
  expect(markup).toContain(`<td class="long">${'y'.repeat(40)}</td><td class="number">-</td>`)
  expect(markup).toContain('<table class="sortable">')
})
