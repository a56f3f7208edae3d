import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { OWN_COLUMNS } from '../../../src/importing/offers/forms/own.ts'
import { imported, lines, skipped } from './helpers.ts'

describe("one's own price list", () => {
  test('every column is read', () => {
    const header = Object.keys(OWN_COLUMNS).filter((name) => name !== 'usd_per_gpu_hour')
    const row =
      'acme,box-8,h100-sxm-80gb,8,96,1024,eu-1,16.8,9.6,12,9,USD,2026-08-01,high,broker,nvlink4,400,4,"paid, yearly"'
    const result = imported('prices.csv', `${header.join(',')}\n${row}\n`)
    expect(result.files[0]).toEqual({
      provider: 'acme',
      as_of: '2026-09-25',
      currency: 'USD',
      notes: ['Imported from prices.csv; prices without a day of their own are dated 2026-09-25.'],
      offers: [
        {
          instance: 'box-8',
          gpu: 'h100-sxm-80gb',
          gpu_count: 8,
          vcpus: 96,
          ram_gb: 1024,
          region: 'eu-1',
          usd_per_hour: { 'on-demand': 16.8, spot: 9.6, 'reserved-1y': 12, 'reserved-3y': 9 },
          link: 'nvlink4',
          network_gbit_per_second: 400,
          as_of: '2026-08-01',
          confidence: 'high',
          kind: 'broker',
          max_instances: 4,
          source: 'own price list prices.csv',
          note: 'paid, yearly',
        },
      ],
    })
  })

  test('semicolons, a price per GPU, no region, the provider as a flag', () => {
    const result = imported('p.csv', 'instance;gpu;gpu_count;usd_per_gpu_hour\nbox;L40S;4;1.1\n', { provider: 'acme' })
    // 4 x 1.1 = 4.4, without binary dust
    expect(lines(result)).toEqual(['box l40s x4 unstated on-demand 4.4'])
  })

  test('several providers in one list', () => {
    const result = imported('p.csv', 'provider,instance,gpu,gpu_count,usd_per_hour\nB Corp,x,l4,1,1\nacme,x,l4,1,2\n')
    expect(result.files.map(({ provider }) => provider)).toEqual(['acme', 'b-corp'])
  })

  test.each<[string, string, RegExp]>([
    [
      'a decimal comma',
      'instance;gpu;gpu_count;usd_per_hour\nx;l4;1;1,99\n',
      /^p\.csv:2: usd_per_hour "1,99" has a comma \(write 1\.99:/,
    ],
    ['a separator of thousands', 'instance,gpu,gpu_count,usd_per_hour\nx,l4,1,"1,200"\n', /has a comma/],
    [
      'a misspelt column',
      'instance,gpu,gpu_count,usd_per_hours\nx,l4,1,1\n',
      /^p\.csv:1: unknown column "usd_per_hours" \(did you mean "usd_per_hour"\?\)/,
    ],
    ['both prices', 'instance,gpu,gpu_count,usd_per_hour,usd_per_gpu_hour\nx,l4,1,1,1\n', /exclude each other/],
    [
      'one column under two names',
      'instance,gpu,gpu_count,usd_per_hour,price_usd_per_hour\nx,l4,1,1,1\n',
      /are the same column/,
    ],
    ['another form', 'foo,bar\n1,2\n', /^p\.csv:1: no known form of price list: the header is foo, bar/],
  ])('%s is refused with its place', (_, text, message) => {
    expect(() => imported('p.csv', text, { provider: 'acme' })).toThrow(message)
  })

  test('without a provider anywhere it is asked for', () => {
    expect(() => imported('p.csv', 'instance,gpu,gpu_count,usd_per_hour\nx,l4,1,1\n')).toThrow(
      /column provider is missing/,
    )
    expect(() => imported('lamda.csv', 'InstanceType,AcceleratorName,Price\nx,L4,1\n')).toThrow(
      /whose prices are these\?.*--provider NAME; did you mean "lambda"\?/,
    )
  })

  test('rows that cannot be read are left out one by one', () => {
    const header =
      'provider,instance,gpu,gpu_count,usd_per_hour,currency,as_of,confidence,link,max_instances,vcpus,kind'
    const rows = [
      'a,ok,l4,1,1,usd,,,,,,',
      'a,eur,l4,1,1,EUR,,,,,,',
      'a,day,l4,1,1,,2026-02-31,,,,,',
      'a,day,l4,1,1,,yesterday,,,,,',
      'a,sure,l4,1,1,,,certain,,,,',
      'a,link,l4,2,1,,,,nvlink99,,,',
      'a,some,l4,1,1,,,,,1.5,,',
      'a,cpus,l4,1,1,,,,,,-4,',
      'a,kind,l4,1,1,,,,,,,owned',
      'a,many,l4,two,1,,,,,,,',
      ',who,l4,1,1,,,,,,,',
      'a,ragged,l4,1',
    ]
    const result = imported('p.csv', [header, ...rows].join('\n'))
    expect(lines(result)).toEqual(['ok l4 x1 unstated on-demand 1'])
    expect(skipped(result)).toEqual([
      '10 unreadable-value',
      '11 gpu-count',
      '12 no-name',
      '13 ragged',
      '3 currency',
      '4 unreadable-value',
      '5 unreadable-value',
      '6 unreadable-value',
      '7 unreadable-value',
      '8 unreadable-value',
      '9 unreadable-value',
    ])
  })

  test('the documentation names every column, and its example is read', () => {
    const text = readFileSync(new URL('../../../docs/prices.md', import.meta.url), 'utf8')
    const example = /```csv\n([\s\S]*?)```/.exec(text)?.[1] ?? ''
    expect(lines(imported('p.csv', example))).toEqual([
      'box-8 h100-sxm-80gb x8 eu-1 on-demand 19.2 reserved-1y 14.4',
      'box-4 l40s x4 eu-1 on-demand 3.6',
    ])
    for (const [column, meaning] of Object.entries(OWN_COLUMNS))
      expect(text).toContain(`| \`${column}\` | ${meaning} |`)
  })
})
