/**
 * Names of SkyPilot for what the catalog knows. Accelerators: skypilot-org/skypilot-catalog catalogs/v9/common/accelerators.csv @2c3d7ea7, which lists each
 * name with the clouds that use it, and for Verda its own vms.csv (catalogs/v8). Clouds are those of
 * release 0.14.1 (sky/clouds).
 */

/** Our provider -> the cloud of `infra`. */
export const CLOUDS: Readonly<Record<string, string>> = {
  aws: 'aws',
  azure: 'azure',
  gcp: 'gcp',
  oci: 'oci',
  lambda: 'lambda',
  runpod: 'runpod',
  vast: 'vast',
  nebius: 'nebius',
  digitalocean: 'do',
  paperspace: 'paperspace',
  fluidstack: 'fluidstack',
  cudo: 'cudo',
  hyperbolic: 'hyperbolic',
  primeintellect: 'primeintellect',
  seeweb: 'seeweb',
  shadeform: 'shadeform',
  verda: 'verda',
  mithril: 'mithril',
  yotta: 'yotta',
}

interface Accelerator {
  /** The name that most clouds use. */
  readonly name: string
  /** Clouds (our providers) whose SkyPilot catalog has it under that name. */
  readonly on: readonly string[]
  /** Other names, by provider. */
  readonly elsewhere?: Readonly<Record<string, string>>
}

/** Our GPU -> accelerator. Where SkyPilot has one name for several boards, memory is the same and the rest may not be. */
export const ACCELERATORS: Readonly<Record<string, Accelerator>> = {
  'h100-sxm-80gb': {
    name: 'H100',
    on: [
      'aws',
      'azure',
      'digitalocean',
      'gcp',
      'hyperbolic',
      'lambda',
      'mithril',
      'oci',
      'primeintellect',
      'shadeform',
      'vast',
      'verda',
      'nebius',
    ],
    elsewhere: { runpod: 'H100-SXM', cudo: 'H100-SXM', fluidstack: 'H100-NVLINK' },
  },
  'h100-pcie-80gb': {
    name: 'H100',
    on: ['runpod', 'lambda', 'paperspace', 'primeintellect', 'shadeform', 'vast'],
  },
  'h200-sxm-141gb': {
    name: 'H200',
    on: ['aws', 'gcp', 'mithril', 'oci', 'primeintellect', 'seeweb', 'shadeform', 'vast', 'yotta', 'nebius', 'verda'],
    elsewhere: { runpod: 'H200-SXM' },
  },
  'b200-sxm': {
    name: 'B200',
    on: ['aws', 'gcp', 'lambda', 'mithril', 'primeintellect', 'runpod', 'verda', 'nebius'],
  },
  'b300-sxm': { name: 'B300', on: ['aws', 'runpod', 'shadeform', 'verda'] },
  'gh200-96gb': { name: 'GH200', on: ['lambda'] },
  'a100-sxm-80gb': {
    name: 'A100-80GB',
    on: ['aws', 'azure', 'gcp', 'lambda', 'oci', 'primeintellect', 'shadeform', 'verda'],
    elsewhere: { runpod: 'A100-80GB-SXM' },
  },
  'a100-pcie-80gb': {
    name: 'A100-80GB',
    on: ['azure', 'paperspace', 'primeintellect', 'runpod', 'shadeform'],
  },
  // Under this name Vast, Mithril, Seeweb and Cudo have boards of either size, so it says nothing there.
  'a100-sxm-40gb': { name: 'A100', on: ['aws', 'gcp', 'lambda', 'oci', 'primeintellect', 'shadeform'] },
  'a100-pcie-40gb': { name: 'A100', on: ['lambda'] },
  l40s: {
    name: 'L40S',
    on: ['aws', 'cudo', 'oci', 'primeintellect', 'runpod', 'seeweb', 'shadeform', 'vast', 'nebius'],
  },
  l40: { name: 'L40', on: ['primeintellect', 'runpod', 'shadeform'] },
  l4: { name: 'L4', on: ['aws', 'gcp', 'runpod', 'seeweb', 'shadeform'] },
  a10: { name: 'A10', on: ['azure', 'lambda', 'oci', 'shadeform'] },
  a10g: { name: 'A10G', on: ['aws'] },
  a40: { name: 'A40', on: ['runpod'] },
  t4: { name: 'T4', on: ['aws', 'azure', 'gcp'] },
  mi300x: { name: 'MI300X', on: ['runpod'] },
  'rtx-3090': { name: 'RTX3090', on: ['runpod', 'vast'] },
  'rtx-4090': { name: 'RTX4090', on: ['runpod', 'vast'] },
  'rtx-5090': { name: 'RTX5090', on: ['runpod', 'shadeform', 'vast', 'yotta'] },
  'rtx-6000-ada': {
    name: 'RTX6000-Ada',
    on: ['runpod', 'vast'],
    elsewhere: { primeintellect: 'RTX6000Ada', shadeform: 'RTX6000Ada', verda: 'RTX-6000-Ada' },
  },
  'rtx-a6000': {
    name: 'RTXA6000',
    on: ['runpod', 'seeweb', 'vast'],
    elsewhere: { lambda: 'A6000', primeintellect: 'A6000', shadeform: 'A6000' },
  },
  'rtx-a5000': { name: 'RTXA5000', on: ['runpod', 'vast'], elsewhere: { shadeform: 'A5000' } },
  'rtx-a4000': {
    name: 'RTXA4000',
    on: ['runpod'],
    elsewhere: { paperspace: 'A4000', primeintellect: 'A4000', shadeform: 'A4000' },
  },
  'rtx-pro-6000-blackwell-server': {
    name: 'RTXPRO6000',
    on: ['aws', 'runpod', 'shadeform', 'yotta'],
    elsewhere: { verda: 'RTX-PRO-6000' },
  },
  'v100-sxm2-16gb': { name: 'V100', on: ['aws', 'gcp', 'lambda', 'oci', 'verda'] },
  'v100-sxm2-32gb': { name: 'V100-32GB', on: ['aws'] },
}
