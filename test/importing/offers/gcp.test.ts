import { describe, expect, test } from 'vitest'
import { imported, lines, skipped } from './helpers.ts'

// The form of skypilot-org/skypilot-catalog catalogs/v8/gcp/vms.csv @ 006059e0: machines and TPUs as there; the rows of the GPUs hold
// prices that add up to the published ones (a3-highgpu-8g 88.49, a4-highgpu-8g 90.216).
const header =
  'InstanceType,vCPUs,MemoryGiB,AcceleratorName,AcceleratorCount,GpuInfo,Region,AvailabilityZone,Price,SpotPrice'
const gcp = (...rows: string[]): string => [header, ...rows].join('\n')

describe("Google's rows, machine and accelerator apart", () => {
  test('a machine and the accelerator of its zone are added, to the last digit', () => {
    const result = imported(
      'gcp/vms.csv',
      gcp(
        'a2-highgpu-1g,12.0,85.0,,,,us-central1,us-central1-a,0.73948,0.36975',
        ',,,A100,1.0,,us-central1,us-central1-a,2.93391,1.55827',
      ),
    )
    // 0.73948 + 2.93391 = 3.67339; 0.36975 + 1.55827 = 1.92802
    expect(lines(result)).toEqual(['a2-highgpu-1g a100-sxm-40gb x1 us-central1 on-demand 3.67339 spot 1.92802'])
    expect([result.used, result.skips]).toEqual([2, []])
  })

  test('H100 and newer are of low confidence whatever is asked for', () => {
    const result = imported(
      'gcp/vms.csv',
      gcp(
        'a3-highgpu-8g,208.0,1872.0,,,,us-central1,us-central1-a,9.46006,2.88933',
        ',,,H100,8.0,,us-central1,us-central1-a,79.03,40.0',
      ),
      { confidence: 'high' },
    )
    expect(result.files[0]?.offers[0]).toMatchObject({ confidence: 'low', usd_per_hour: { 'on-demand': 88.49006 } })
    expect(result.files[0]?.offers[0]?.note).toContain('differ by a factor of two')
  })

  test('the row of an a4 machine is zero, its accelerator carries the price; another machine at zero is not believed', () => {
    const result = imported(
      'gcp/vms.csv',
      gcp(
        'a4-highgpu-8g,224.0,3968.0,,,,us-central1,us-central1-b,0.0,0.0',
        ',,,B200,8.0,,us-central1,us-central1-b,90.216,37.7464',
        'g2-standard-4,4.0,16.0,,,,us-central1,us-central1-b,0.0,0.0',
        ',,,L4,1.0,,us-central1,us-central1-b,0.56,0.22',
      ),
    )
    expect(lines(result)).toEqual(['a4-highgpu-8g b200-sxm x8 us-central1 on-demand 90.216 spot 37.7464'])
    expect(skipped(result)).toEqual(['4 no-price', '5 no-price'])
  })

  test('one accelerator goes with several sizes of machine; a price that only one of the rows has is none', () => {
    const result = imported(
      'gcp/vms.csv',
      gcp(
        'g2-standard-4,4.0,16.0,,,,us-east1,us-east1-b,0.15,',
        'g2-standard-8,8.0,32.0,,,,us-east1,us-east1-b,0.30,0.1',
        ',,,L4,1.0,,us-east1,us-east1-b,0.56,0.22',
      ),
    )
    expect(lines(result)).toEqual([
      'g2-standard-4 l4 x1 us-east1 on-demand 0.71',
      'g2-standard-8 l4 x1 us-east1 on-demand 0.86 spot 0.32',
    ])
  })

  test('halves without the other half, machines of your choice, machines without accelerator', () => {
    const result = imported(
      'gcp/vms.csv',
      gcp(
        'a2-highgpu-1g,12.0,85.0,,,,us-east1,us-east1-b,0.73948,0.36975',
        ',,,A100,1.0,,us-east1,us-east1-c,2.93391,1.55827',
        ',,,T4,1.0,,us-east1,us-east1-c,0.35,0.14',
        'n1-standard-8,8.0,30.0,,,,us-east1,us-east1-c,0.38,0.08',
        'a3-edgegpu-8g,208.0,1872.0,,,,us-east1,us-east1-b,9.46006,2.88933',
      ),
    )
    expect(result.files).toEqual([])
    expect(skipped(result)).toEqual([
      '2 no-machine',
      '3 no-machine',
      '4 open-shape',
      '5 no-accelerator',
      '6 no-machine',
    ])
  })

  test('TPUs: chips or cores, slices of one host, the sentinel 700', () => {
    const result = imported(
      'gcp/vms.csv',
      gcp(
        ',,,tpu-v6e-8,1,tpu-v6e-8,asia-east1,asia-east1-c,700.0,700.0',
        ',,,tpu-v6e-8,1,tpu-v6e-8,southamerica-west1,southamerica-west1-a,21.6,700.0',
        ',,,tpu-v6e-16,1,tpu-v6e-16,us-east1,us-east1-d,43.2,8.70733',
        ',,,tpu-v5p-8,1,tpu-v5p-8,us-east5,us-east5-a,16.8,6.72',
        ',,,tpu-v5p-16,1,tpu-v5p-16,us-east5,us-east5-a,33.6,13.44',
        ',,,tpu-v4-8,1,tpu-v4-8,us-central2,us-central2-b,12.88,3.864',
      ),
    )
    // v5p-8 counts cores: four chips at 4.20.
    expect(lines(result)).toEqual([
      'v5p-8 tpu-v5p x4 us-east5 on-demand 16.8 spot 6.72',
      'v6e-8 tpu-v6e x8 southamerica-west1 on-demand 21.6',
    ])
    expect(skipped(result)).toEqual(['2 sentinel-price', '4 several-hosts', '6 several-hosts', '7 unknown-gpu'])
    expect(result.drops).toEqual([expect.objectContaining({ line: 3, pricing: 'spot', reason: 'sentinel' })])
  })
})
