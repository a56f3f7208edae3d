/*
 * What must be true of a report, run in the page itself: each check returns what is wrong, in words.
 */

/** Nothing of a name ran or became an element, and nothing but the program's own script and style is there. */
function injected() {
  const found = [...document.querySelectorAll('img, iframe, object, embed, link, base, form, [style], [src]')]
  const scripts = document.scripts.length === 1 ? [] : [`${document.scripts.length} scripts`]
  const ran = 'pwned' in window ? ['a name ran as a script'] : []
  const handlers = [...document.querySelectorAll('*')].flatMap((element) =>
    [...element.attributes].flatMap(({ name, value }) =>
      /^on|^srcdoc$/i.test(name) || /^\s*(javascript|data):/i.test(value)
        ? [`${element.tagName} ${name}=${value}`]
        : [],
    ),
  )
  // The program's own isolates (U+2068, U+2069) may stand around letters that are written from right to left.
  const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.exec((document.body.textContent ?? '').replace(/[\n\u2068\u2069]/g, ''))
  const shown = unseen === null ? [] : [`U+${unseen[0].codePointAt(0)?.toString(16)} stands in a text`]
  return [...found.map((element) => `<${element.tagName.toLowerCase()}>`), ...scripts, ...ran, ...handlers, ...shown]
}

/** The page is no wider than the screen; what is wider scrolls in a frame of its own. */
function tooWide() {
  const { scrollWidth, clientWidth } = document.documentElement
  return scrollWidth > clientWidth ? [`${scrollWidth} pixels on a screen of ${clientWidth}`] : []
}

/** Every text that is shown is large enough to be read, charts as they are scaled. */
function tooSmall() {
  const least = 12
  const wrong = new Set()
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const element = node.parentElement
    if (element === null || node.textContent?.trim() === '' || element.closest('script, style, title') !== null)
      continue
    if (element.getClientRects().length === 0) continue
    const matrix = element instanceof SVGGraphicsElement ? element.getScreenCTM() : null
    const scale = matrix === null ? 1 : Math.hypot(matrix.a, matrix.b)
    const size = Number.parseFloat(getComputedStyle(element).fontSize) * scale
    if (size < least - 0.05) wrong.add(`${size.toFixed(1)} px: ${node.textContent?.slice(0, 30)}`)
  }
  return [...wrong]
}

/** Text stands out from what is behind it by 4.5 to 1 (WCAG 2.2, 1.4.3). */
function tooFaint() {
  const least = 4.5
  const channels = (color) => (color.match(/[\d.]+/g) ?? []).map(Number)
  const light = (color) => {
    const [r = 0, g = 0, b = 0] = color.slice(0, 3).map((channel) => {
      const share = channel / 255
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const behind = (element) => {
    for (let each = element; each !== null; each = each.parentElement) {
      const color = channels(getComputedStyle(each).backgroundColor)
      if (color.length === 3 || color[3] === 1) return color
    }
    return [255, 255, 255]
  }
  const wrong = new Set()
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim() !== '')
    if (!own || element.closest('script, style, title') !== null || element.getClientRects().length === 0) continue
    // The signs of GPUs stand on the square before them.
    const square =
      element.tagName === 'text' && element.closest('.gpus') !== null ? element.previousElementSibling : null
    const { color, fill } = getComputedStyle(element)
    const text = channels(element instanceof SVGElement ? fill : color)
    const ground = square === null ? behind(element) : channels(getComputedStyle(square).fill)
    const [low = 0, high = 0] = [light(text), light(ground)].sort((a, b) => a - b)
    const ratio = (high + 0.05) / (low + 0.05)
    if (ratio < least) wrong.add(`${ratio.toFixed(2)} to 1: ${element.textContent?.slice(0, 30)}`)
  }
  return [...wrong]
}

/** A click on a head sorts by it, a second one the other way; what has no figure stays at the end. */
function unsorted() {
  const wrong = []
  for (const table of document.querySelectorAll('table.sortable')) {
    const heads = [...(table.tHead?.rows[0]?.cells ?? [])]
    for (const [place, head] of heads.entries()) {
      const button = head.querySelector('button')
      if (button === null) {
        if (head.textContent !== '') wrong.push(`no button on ${head.textContent}`)
        continue
      }
      for (const order of ['ascending', 'descending']) {
        button.click()
        const cells = [...(table.tBodies[0]?.rows ?? [])].map((row) => row.cells[place])
        const keys = cells
          .map((cell) => cell?.dataset.sort)
          .filter((key) => key !== undefined)
          .map(Number)
        const sorted = [...keys].sort((a, b) => (order === 'ascending' ? a - b : b - a))
        if (head.getAttribute('aria-sort') !== order) wrong.push(`${head.textContent} does not say that it is ${order}`)
        if (keys.join() !== sorted.join()) wrong.push(`${head.textContent} is not ${order}: ${keys.join()}`)
      }
    }
  }
  return wrong
}

/** On paper: light, the wide charts, everything unfolded, no controls. */
function unprintable() {
  dispatchEvent(new Event('beforeprint'))
  const shown = (selector) =>
    [...document.querySelectorAll(selector)].filter((element) => element.getClientRects().length > 0)
  return [
    ...shown('.chart.narrow, .copy').map((element) => `${element.className} is printed`),
    ...[...document.querySelectorAll('details:not([open])')].map((part) => `folded: ${part.textContent?.slice(0, 30)}`),
    ...(document.querySelector('.chart.wide') !== null && shown('.chart.wide').length === 0 ? ['no chart'] : []),
    ...(getComputedStyle(document.body).backgroundColor === 'rgb(255, 255, 255)' ? [] : ['the paper is not white']),
  ]
}

globalThis.reportChecks = { injected, tooWide, tooSmall, tooFaint, unsorted, unprintable }
