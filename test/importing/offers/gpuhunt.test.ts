import { describe, expect, test } from 'vitest'
import { imported, lines, skipped } from './helpers.ts'

// dstackai/gpuhunt src/gpuhunt/_internal/models.py: the fields of RawCatalogItem, written by storage.py with csv.DictWriter.
const header =
  'instance_name,location,price,cpu,memory,gpu_count,gpu_name,gpu_memory,spot,disk_size,gpu_vendor,flags,cpu_arch,provider_data'
const csv = (...rows: string[]): string => `${[header, ...rows].join('\r\n')}\r\n`

describe('gpuhunt catalogs', () => {
  test('spot and on-demand rows become one offer; the provider is the name of the file', () => {
    const result = imported(
      'catalog/lambdalabs.csv',
      csv(
        'gpu_8x_h100_sxm5,us-east-1,31.92,208,1800.0,8,H100,80.0,False,,nvidia,,x86,{}',
        'gpu_8x_h100_sxm5,us-east-1,20,208,1800.0,8,H100,80.0,True,,nvidia,,x86,{}',
        'cpu_4x,us-east-1,0.2,4,16.0,0,,,False,,,,x86,{}',
      ),
    )
    expect(result.files[0]?.provider).toBe('lambda')
    expect(lines(result)).toEqual(['gpu_8x_h100_sxm5 h100-sxm-80gb x8 multi on-demand 31.92 spot 20'])
    expect(skipped(result)).toEqual(['4 no-accelerator'])
  })

  // Patterns that may split a text in two places took time that grew with its square: 10 s for 70,000 digits.
  test.each([
    ['digits that end in a letter', 'cpu', `${'9'.repeat(500_000)}x`],
    ['digits and points', 'price', `${'1.'.repeat(250_000)}`],
    ['dashes', 'provider', `a${'-'.repeat(500_000)}b`],
    ['blanks', 'gpu_name', `H${' '.repeat(500_000)}100`],
  ])('a cell of half a million characters is read at once: %s', (_, column, cell) => {
    const names = `${header},provider`.split(',')
    const row = 'gpu_8x_h100_sxm5,us-east-1,31.92,208,1800.0,8,H100,80.0,False,,nvidia,,x86,{},acme'.split(',')
    const before = process.cpuUsage()
    const text = `${names.join(',')}\r\n${row.with(names.indexOf(column), cell).join(',')}\r\n`
    const result = imported('list.csv', text)
    expect(process.cpuUsage(before).user / 1e6).toBeLessThan(1)
    expect(result.used + result.skips.length).toBe(1)
  })

  test('the memory tells boards of one name apart, and slices of a board from boards', () => {
    const result = imported(
      'acme.csv',
      csv(
        'a-sxm4,r,2,8,64,1,A100,40,False,,nvidia,,,',
        'b-sxm4,r,3,8,64,1,A100,80,False,,nvidia,,,',
        'c,r,0.5,8,64,1,A10,4,False,,nvidia,,,',
        'd,r,2,8,64,1,A100,80,False,,nvidia,,,',
      ),
      { provider: 'acme' },
    )
    expect(lines(result)).toEqual(['a-sxm4 a100-sxm-40gb x1 r on-demand 2', 'b-sxm4 a100-sxm-80gb x1 r on-demand 3'])
    expect(skipped(result)).toEqual(['4 contradictory-gpu', '5 ambiguous-gpu'])
  })

  test("Google's locations are zones; prices of the calendar mode are not on demand", () => {
    const result = imported(
      'gcp.csv',
      csv(
        'g2-standard-4,us-central1-a,0.7068,4,16,1,L4,24,False,,nvidia,,,',
        'g2-standard-4,us-central1-b,0.7068,4,16,1,L4,24,False,,nvidia,,,',
        'a3-highgpu-8g,us-central1-a,30,208,1872,8,H100,80,False,,nvidia,gcp-a3 gcp-dws-calendar-mode,,',
      ),
    )
    expect(lines(result)).toEqual(['g2-standard-4 l4 x1 us-central1 on-demand 0.7068'])
    expect(skipped(result)).toEqual(['4 not-on-demand'])
  })

  test('a spot price that is not below on-demand is left out, though it stands in another row', () => {
    const result = imported(
      'acme.csv',
      csv('a,r,1,8,64,1,L4,24,True,,nvidia,,,', 'a,r,1,8,64,1,L4,24,False,,nvidia,,,'),
      { provider: 'acme' },
    )
    expect(lines(result)).toEqual(['a l4 x1 r on-demand 1'])
  })

  test('the nine columns of older catalogs are enough; a spot cell that is no truth value refuses the row', () => {
    const old = 'instance_name,location,price,cpu,memory,gpu_count,gpu_name,gpu_memory,spot'
    const result = imported('x.csv', `${old}\nm,r,1,8,64,1,L40S,48,False\nm,r,1,8,64,1,L40S,48,maybe\n`, {
      provider: 'acme',
    })
    expect(lines(result)).toEqual(['m l40s x1 r on-demand 1'])
    expect(skipped(result)).toEqual(['3 unreadable-value'])
  })
})
