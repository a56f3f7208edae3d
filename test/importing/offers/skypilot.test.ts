import { describe, expect, test } from 'vitest'
import { imported, lines, skipped, skypilotCsv } from './helpers.ts'

describe('SkyPilot vms.csv', () => {
  // Rows of skypilot-org/skypilot-catalog catalogs/v8/verda/vms.csv @ 000c1d0b.
  const verda = `InstanceType,UpstreamCloudId,vCPUs,MemoryGiB,AcceleratorName,AcceleratorCount,GpuInfo,Region,Price,SpotPrice
2B300.60V,2B300.60V,60.0,550.0,B300,2.0,"{""Gpus"": [{""Name"": ""B300"", ""Count"": 2, ""MemoryInfo"": {""SizeInMiB"": 268800}}], ""TotalGpuMemoryInMiB"": 537600}",FIN-03,,4.893
1H100.80S.32V,1H100.80S.32V,32.0,185.0,H100,1.0,"{""Gpus"": [{""Name"": ""H100"", ""Count"": 1, ""MemoryInfo"": {""SizeInMiB"": 81920}}], ""TotalGpuMemoryInMiB"": 81920}",FIN-02,2.29,0.8015
4A100.88V,4A100.88V,88.0,480.0,A100-80GB,4.0,"{""Gpus"": [{""Name"": ""A100-80GB"", ""Count"": 4, ""MemoryInfo"": {""SizeInMiB"": 81920}}], ""TotalGpuMemoryInMiB"": 327680}",FIN-03,5.16,
1V100.6V,1V100.6V,6.0,23.0,V100,1.0,"{""Gpus"": [{""Name"": ""V100"", ""Count"": 1, ""MemoryInfo"": {""SizeInMiB"": 16384}}], ""TotalGpuMemoryInMiB"": 16384}",FIN-01,0.1381,
CPU.4V.16G,CPU.4V.16G,4.0,16.0,,,,FIN-01,0.0279,0.0098
`

  test('offers of verda: JSON in GpuInfo, spot only, shapes that the catalog knows settle the form factor', () => {
    const result = imported('verda/vms.csv', verda)
    expect(lines(result)).toEqual([
      '4A100.88V a100-sxm-80gb x4 FIN-03 on-demand 5.16',
      '2B300.60V b300-sxm x2 FIN-03 spot 4.893',
      '1H100.80S.32V h100-sxm-80gb x1 FIN-02 on-demand 2.29 spot 0.8015',
      '1V100.6V v100-sxm2-16gb x1 FIN-01 on-demand 0.1381',
    ])
    expect(skipped(result)).toEqual(['6 no-accelerator'])
    expect(result.files[0]?.offers[0]).toEqual({
      instance: '4A100.88V',
      gpu: 'a100-sxm-80gb',
      gpu_count: 4,
      vcpus: 88,
      ram_gb: 480,
      region: 'FIN-03',
      usd_per_hour: { 'on-demand': 5.16 },
      link: 'nvlink3',
      network_gbit_per_second: null,
      confidence: 'medium',
      kind: 'cloud',
      source: 'SkyPilot catalog verda/vms.csv',
    })
  })

  test('columns in any order and with extras give the same', () => {
    const rows = verda.split('\n').filter((line) => line !== '')
    // Cells without commas inside are moved: the first two columns behind the others.
    const moved = rows.map((line) => {
      const [first, second, ...rest] = line.split(',')
      return [...rest, second, first].join(',')
    })
    expect(lines(imported('verda/vms.csv', moved.join('\r\n')))).toEqual(lines(imported('verda/vms.csv', verda)))
  })

  test('an unknown provider with an ambiguous name: skipped, unless the user says what it means', () => {
    const text = skypilotCsv('big-8x,H100,8,96,1000,,20,,eu-1,')
    const silent = imported('x.csv', text, { provider: 'acme' })
    expect(silent.files).toEqual([])
    expect(silent.skips).toEqual([
      expect.objectContaining({
        reason: 'ambiguous-gpu',
        line: 2,
        detail: 'H100: h100-pcie-80gb or h100-sxm-80gb or h100-nvl-94gb',
      }),
    ])
    const told = imported('x.csv', text, { provider: 'acme', gpuNames: new Map([['H100', 'h100-sxm-80gb']]) })
    expect(lines(told)).toEqual(['big-8x h100-sxm-80gb x8 eu-1 on-demand 20'])
    expect(told.files[0]?.offers[0]?.link).toBe('nvlink4')
  })

  test('form factors in the name of the instance and in GpuInfo decide, and contradictions are skipped', () => {
    const info = (name: string, mib: number): string =>
      `"{'Gpus': [{'Name': '${name}', 'Count': 1, 'MemoryInfo': {'SizeInMiB': ${mib}}}]}"`
    const result = imported(
      'x.csv',
      skypilotCsv(
        `gpu_1x_h100_sxm5,H100,1,26,200,,3,,r,`,
        `1x_A100-80GB_SECURE,A100-80GB,1,8,117,${info('A100 PCIe', 80)},1.39,,r,`,
        // Spheron: a bridged 80 GB PCIe board under the name of the NVL board of 94 GB.
        `n3-H100x8-NVLink,H100_NVL,1,8,117,${info('H100_NVL', 81920)},2,,r,`,
        // Spheron: the instance says SXM4, the accelerator PCIe.
        `gpu_1x_a100_SXM4,A100_80G_PCIE,1,14,100,,1.068,,r,`,
        `odd,H100-SXM,1,8,100,${info('A100', 81920)},2,,r,`,
      ),
      { provider: 'acme' },
    )
    expect(lines(result)).toEqual([
      '1x_A100-80GB_SECURE a100-pcie-80gb x1 r on-demand 1.39',
      'gpu_1x_h100_sxm5 h100-sxm-80gb x1 r on-demand 3',
    ])
    expect(skipped(result)).toEqual(['4 contradictory-gpu', '5 contradictory-gpu', '6 contradictory-gpu'])
  })

  test('a shape that the catalog lists with another GPU is not believed', () => {
    const result = imported('aws.csv', skypilotCsv('p5.48xlarge,A100-80GB-SXM,8,192,2048,,55,,us-east-1,us-east-1a'), {
      provider: 'aws',
    })
    expect(result.skips[0]).toMatchObject({
      reason: 'contradictory-gpu',
      detail: 'the catalog lists p5.48xlarge with h100-sxm-80gb, not a100-sxm-80gb',
    })
  })

  test('memory in GpuInfo: GB that is called MiB, of one GPU or of all', () => {
    const info = (mib: number): string => `"{'Gpus': [{'Name': 'L40S', 'MemoryInfo': {'SizeInMiB': ${mib}}}]}"`
    const result = imported(
      'x.csv',
      skypilotCsv(
        `a,L40S,1,8,64,${info(48)},1,,r,`,
        `b,L40S,4,8,64,${info(184272)},4,,r,`,
        `c,L40S,4,8,64,${info(49152)},4,,r,`,
        `d,L40S,2,8,64,${info(0)},2,,r,`,
        `e,L40S,1,8,64,${info(12288)},1,,r,`,
      ),
      { provider: 'acme' },
    )
    expect(lines(result).map((line) => line.slice(0, 1))).toEqual(['a', 'd', 'b', 'c'])
    expect(skipped(result)).toEqual(['6 contradictory-gpu'])
  })

  test('A100 is the board of 40 GB where the list has another name for the one of 80', () => {
    const info = `"{'Gpus': [{'Name': 'A100', 'Count': 4, 'MemoryInfo': {'SizeInMiB': 163840}}]}"`
    const result = imported('x.csv', skypilotCsv(`4x-A100_SXM4-32-65536,A100,4,32,64,${info},2.93,0.00,r,`), {
      provider: 'acme',
    })
    expect(lines(result)).toEqual(['4x-A100_SXM4-32-65536 a100-sxm-40gb x4 r on-demand 2.93'])
  })

  test('prices that stand for nothing: empty, zero, spot as dear as on-demand; negative and unreadable ones refuse the row', () => {
    const result = imported(
      'x.csv',
      skypilotCsv(
        'a,L4,1,8,32,,1.00,0.00,r,',
        'b,L4,1,8,32,,1.00,1.00,r,',
        'c,L4,1,8,32,,1.00,1.20,r,',
        'd,L4,1,8,32,,,0.30,r,',
        'e,L4,1,8,32,,,,r,',
        'f,L4,1,8,32,,0,0,r,',
        'g,L4,1,8,32,,-1,0.3,r,',
        'h,L4,1,8,32,,n/a,0.3,r,',
        'i,L4,1,8,32,,1e999,0.3,r,',
        'j,L4,1,8,32,,NaN,,r,',
      ),
      { provider: 'acme' },
    )
    expect(lines(result)).toEqual([
      'a l4 x1 r on-demand 1',
      'b l4 x1 r on-demand 1',
      'c l4 x1 r on-demand 1',
      'd l4 x1 r spot 0.3',
    ])
    expect(skipped(result)).toEqual([
      '10 unreadable-price',
      '11 unreadable-price',
      '6 no-price',
      '7 no-price',
      '8 negative-price',
      '9 unreadable-price',
    ])
    expect(result.drops.map(({ line, pricing, reason }) => `${line} ${pricing} ${reason}`)).toEqual([
      '2 spot zero',
      '3 spot spot-not-below-on-demand',
      '4 spot spot-not-below-on-demand',
    ])
  })

  test('an empty region is no stock, a share of a GPU is no GPU, an unknown GPU is named', () => {
    const result = imported(
      'x.csv',
      skypilotCsv('a,L4,1,8,32,,1,,,', 'b,A10,0.5,8,32,,1,,r,', 'c,RTX4080,1,8,32,,1,,r,', ',L4,,8,32,,1,,r,'),
      { provider: 'acme' },
    )
    expect(result.files).toEqual([])
    // The last is a row of an accelerator alone, which only Google has.
    expect(skipped(result)).toEqual(['2 no-region', '3 gpu-count', '4 unknown-gpu', '5 no-machine'])
    expect(result.skips.find(({ line }) => line === 4)?.detail).toBe('RTX4080')
  })

  test('the floor bid of an auction is a spot price of low confidence', () => {
    const result = imported('mithril/vms.csv', skypilotCsv('it_x,H100-SXM,8,200,1500,,8.00,,us-central9,'))
    expect(lines(result)).toEqual(['it_x h100-sxm-80gb x8 us-central9 spot 8'])
    expect(result.files[0]?.offers[0]).toMatchObject({ confidence: 'low', kind: 'marketplace' })
  })

  test('boards of 40 and 80 GB under one name become two offers', () => {
    const result = imported(
      'x.csv',
      skypilotCsv('1x-SXM4,A100,1,32,64,,0.93,,US,', '1x-SXM4,A100-80GB,1,32,64,,1.2,,US,'),
      { provider: 'acme' },
    )
    expect(lines(result)).toEqual([
      '1x-SXM4 (40GB) a100-sxm-40gb x1 US on-demand 0.93',
      '1x-SXM4 (80GB) a100-sxm-80gb x1 US on-demand 1.2',
    ])
  })
})

describe('zones and regions', () => {
  const list = skypilotCsv(
    'p5.48xlarge,H100,8,192,2048,,55.04,20,us-west-2,us-west-2a',
    'p5.48xlarge,H100,8,192,2048,,60,14,us-east-1,us-east-1a',
    'p5.48xlarge,H100,8,192,2048,,60,18,us-east-1,us-east-1b',
    'new.8x,H100-SXM,8,96,1000,,40,,b-region,b-1',
    'new.8x,H100-SXM,8,96,1000,,40,,a-region,a-1',
    'new.8x,H100-SXM,8,96,1000,,44,9,c-region,c-1',
  )

  test('one: the region in which the catalog lists the shape, else the cheapest, the first by name among equals', () => {
    const result = imported('aws/vms.csv', list)
    expect(lines(result)).toEqual([
      'new.8x h100-sxm-80gb x8 a-region on-demand 40',
      'p5.48xlarge h100-sxm-80gb x8 us-east-1 on-demand 60 spot 14',
    ])
    expect(skipped(result)).toEqual(['2 other-region', '5 other-region', '7 other-region'])
    const [, known] = result.files[0]?.offers ?? []
    // The fabric of a shape that the catalog knows is kept; zones that differ are said.
    expect(known).toMatchObject({ network_gbit_per_second: 3200, link: 'nvlink4' })
    expect(known?.note).toBe('spot: $14.00 to $18.00 in the rows of the region, the lowest is taken')
  })

  test('all, and by name', () => {
    expect(lines(imported('aws/vms.csv', list, { regions: 'all' }))).toHaveLength(5)
    const named = imported('aws/vms.csv', list, { regions: ['us-west-2', 'nowhere'] })
    expect(lines(named)).toEqual(['p5.48xlarge h100-sxm-80gb x8 us-west-2 on-demand 55.04 spot 20'])
    expect(named.skips.map(({ reason }) => reason)).toEqual(Array(5).fill('region-not-asked'))
  })

  test('a shape that the catalog lists for several regions keeps that name', () => {
    const info = `"{'Gpus': [{'Name': 'A100 PCIe', 'MemoryInfo': {'SizeInMiB': 80}}]}"`
    const row = (region: string, price: number): string =>
      `1x_A100-80GB_SECURE,A100-80GB,1.0,8.0,117.0,${info},${price},${price},${region},${region}-1`
    const result = imported('runpod/vms.csv', skypilotCsv(row('IN', 1.59), row('JP', 1.49)))
    expect(lines(result)).toEqual(['1x_A100-80GB_SECURE a100-pcie-80gb x1 multi on-demand 1.49'])
  })

  test('the order of rows decides nothing', () => {
    const [header = '', ...rows] = list.trim().split('\n')
    const backwards = [header, ...rows.reverse()].join('\n')
    expect(imported('aws/vms.csv', backwards).files).toEqual(imported('aws/vms.csv', list).files)
  })
})
