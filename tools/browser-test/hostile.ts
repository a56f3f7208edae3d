import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Names that would run, close, load or reorder everything around them if they could. */
const NAMES = [
  `</script></style></title><script>pwned=1</script><img src=x onerror=pwned=1>"'\`<svg onload=pwned=1> \u202egnp \u05e9\u05e8\u05ea`,
  `" onmouseover="pwned=1" autofocus onfocus='pwned=1' style="background:url(//x.test)" <a href=javascript:pwned=1>`,
  `]]> --> <!-- <base href=//x.test> <iframe srcdoc="<script>parent.pwned=1</script>"> {{constructor.constructor('pwned=1')()}} \u2066\u200b\u001b[31m\u2028`,
]

const PROVIDER = 'bazaar'

/** Lines of a command without format and output. */
type Pages = Readonly<Record<string, readonly string[]>>

/** Writes scenarios, and a catalog under them, in which these names stand wherever a text may stand; gives the pages to make of them. */
export function hostilePages(folder: string): Pages {
  const catalog = join(folder, 'hostile-catalog')
  const write = (path: string, value: unknown): string => {
    writeFileSync(path, JSON.stringify(value))
    return path
  }
  mkdirSync(join(catalog, 'offers'), { recursive: true })
  const offers = NAMES.flatMap((name, index) =>
    ['l40s', 'h100-sxm-80gb'].map((gpu, place) => ({
      instance: name,
      gpu,
      gpu_count: 1,
      region: `${name}${place}`,
      usd_per_hour: { 'on-demand': 0.2 + index / 100 + place / 10 },
      confidence: 'high',
      source: name,
      note: name,
    })),
  )
  write(join(catalog, 'offers', `${PROVIDER}.yaml`), {
    provider: PROVIDER,
    name: NAMES[0],
    as_of: '2026-11-20',
    offers,
  })
  const search = { gpus: ['l40s', 'h100-sxm-80gb'], quantization: ['bf16', 'fp8'], providers: [PROVIDER] }
  const traffic = { requests_per_second: 2, input_tokens: 512, output_tokens: 128 }
  const serve = { kind: 'serve', model: 'llama-3.1-8b', context: 4096, traffic, search }
  const train = { kind: 'train', model: 'llama-3.1-8b', data: { tokens: '1M' }, sequence_length: 1024, global_batch: 8 }
  const named = (index: number): string => NAMES[index] ?? ''
  const owned = { capex: 30_000, years: 4, watts: 700, usd_per_kwh: 0.12 }
  const fleet = {
    kind: 'fleet',
    name: named(0),
    inventory: [...NAMES.map((name) => ({ name, gpu: 'h100-sxm-80gb', gpus_per_node: 1, nodes: 1, owned }))],
    workloads: NAMES.map((name) => ({ name, scenario: serve })),
  }
  const forecast = {
    kind: 'forecast',
    name: named(1),
    start: '2027-01',
    months: 3,
    workloads: NAMES.map((name) => ({ name, scenario: serve, growth_percent_per_month: 5 })),
  }
  const file = (name: string, value: unknown): string => write(join(folder, `hostile-${name}.yaml`), value)
  const plans = NAMES.map((name, index) => file(`serve-${index}`, { ...serve, name, description: name }))
  const more = ['--catalog', catalog, '--as-of', '2026-11-21']
  return {
    hostile: [
      ...plans,
      file('train', { ...train, name: named(1), search: { method: ['lora'], providers: [PROVIDER] } }),
      ...more,
    ],
    'hostile-explained': [plans[2] ?? '', '--explain', ...more],
    'hostile-fleet': [file('fleet', fleet), ...more],
    'hostile-forecast': [file('forecast', forecast), ...more],
    'hostile-compare': ['compare', ...plans, ...more],
  }
}
