import type { DevTools } from './devtools.ts'

/** Checks of `report-page.mjs`. */
type Check = 'injected' | 'tooWide' | 'tooSmall' | 'tooFaint' | 'unsorted' | 'unprintable'

interface Look {
  readonly name: string
  readonly width: number
  readonly dark: boolean
  readonly print?: boolean
  readonly checks: readonly Check[]
}

const LOOKS: readonly Look[] = [
  { name: 'desk', width: 1280, dark: false, checks: ['injected', 'tooWide', 'tooSmall', 'tooFaint', 'unsorted'] },
  { name: 'desk, dark', width: 1280, dark: true, checks: ['tooSmall', 'tooFaint'] },
  { name: 'tablet', width: 800, dark: false, checks: ['tooWide', 'tooSmall'] },
  { name: 'phone', width: 390, dark: false, checks: ['tooWide', 'tooSmall', 'tooFaint'] },
  { name: 'phone, dark', width: 390, dark: true, checks: ['tooFaint'] },
  { name: 'small phone', width: 360, dark: false, checks: ['tooWide', 'tooSmall'] },
  { name: 'paper, of a dark screen', width: 720, dark: true, print: true, checks: ['unprintable', 'tooFaint'] },
]

/**
 * What is wrong with a page, in the words of the checks; empty where it is as it should be.
 * @param checks the text of `report-page.mjs`
 */
export async function reportFaults(browser: DevTools, url: string, checks: string): Promise<string[]> {
  const faults: string[] = []
  for (const { name, width, dark, print = false, checks: names } of LOOKS) {
    const mobile = width < 500
    await browser.send('Emulation.setDeviceMetricsOverride', { width, height: 900, deviceScaleFactor: 1, mobile })
    await browser.send('Emulation.setEmulatedMedia', {
      media: print ? 'print' : '',
      features: [{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }],
    })
    browser.events.length = 0
    await browser.load(url)
    await browser.value(`${checks};0`)
    for (const check of names) {
      const wrong = await browser.value<string[]>(`reportChecks.${check}()`)
      faults.push(...wrong.map((each) => `${name}, ${check}: ${each}`))
    }
    faults.push(...complaints(browser).map((each) => `${name}: ${each}`))
  }
  return faults
}

/** What the browser refused or reported, and requests beyond the file itself. */
function complaints({ events }: DevTools): string[] {
  return events.flatMap(({ method, params = {} }) => {
    if (method === 'Network.requestWillBeSent') {
      const { url } = params.request as { url: string }
      return url.startsWith('file:') ? [] : [`asks for ${url.slice(0, 100)}`]
    }
    const isReport = ['Log.entryAdded', 'Runtime.exceptionThrown', 'Runtime.consoleAPICalled'].includes(method ?? '')
    return isReport ? [`${method}: ${JSON.stringify(params).slice(0, 300)}`] : []
  })
}
