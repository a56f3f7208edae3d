import { describe, expect, test } from 'vitest'
import { readGpuName } from '../../../src/importing/offers/gpu-name.ts'
import { shipped } from './helpers.ts'

const stands = (name: string): readonly string[] => readGpuName(name, shipped.gpus).candidates

describe('names of GPUs', () => {
  // Names as they stand in skypilot-catalog (common/accelerators.csv, yotta, spheron, verda), gpuhunt and the drivers.
  test.each<[string, string]>([
    ['A100-80GB-SXM', 'a100-sxm-80gb'],
    ['A100_80G_PCIE', 'a100-pcie-80gb'],
    ['NVIDIA A100-SXM4-40GB', 'a100-sxm-40gb'],
    ['H100_SXM5', 'h100-sxm-80gb'],
    ['H100_PCIE_BAREMETAL', 'h100-pcie-80gb'],
    ['H100-NVL', 'h100-nvl-94gb'],
    ['H100NVL', 'h100-nvl-94gb'],
    ['H100-MEGA', 'h100-sxm-80gb'],
    ['H200-SXM', 'h200-sxm-141gb'],
    ['Tesla T4', 't4'],
    ['V100-SXM2-32GB', 'v100-sxm2-32gb'],
    ['NVIDIA_GeForce_RTX_5090_32G', 'rtx-5090'],
    ['RTX5090_PCIE', 'rtx-5090'],
    ['RTX6000-Ada', 'rtx-6000-ada'],
    ['RTX-6000-Ada', 'rtx-6000-ada'],
    ['RTXPRO6000WS', 'rtx-pro-6000-blackwell-workstation'],
    ['A6000', 'rtx-a6000'],
    ['MI300X', 'mi300x'],
    ['AMD Instinct MI325X', 'mi325x'],
    ['l40s', 'l40s'],
    ['h100-sxm-80gb', 'h100-sxm-80gb'],
  ])('%s is %s', (name, id) => {
    expect(stands(name)).toEqual([id])
  })

  test('a name without form factor or memory stands for several', () => {
    expect(stands('A100')).toHaveLength(4)
    expect(stands('A100-80GB')).toEqual(['a100-pcie-80gb', 'a100-sxm-80gb'])
    expect(stands('H100')).toHaveLength(3)
    expect(stands('RTX-PRO-6000')).toHaveLength(2)
  })

  test.each([
    'RTX4090D',
    'RTX4080',
    'RTX6000',
    'T4g',
    'A100X',
    'M60',
    'Gaudi HL-205',
    'A800',
    'RTX5090 Laptop',
    '',
    'L40S SXM',
  ])('%j is not known: a name that is nearly another is not that other', (name) => {
    expect(stands(name)).toEqual([])
  })

  test('a memory that no such board has leaves none', () => {
    expect(stands('H100-NVL-80GB')).toEqual([])
    expect(stands('A10-4GB')).toEqual([])
  })
})
