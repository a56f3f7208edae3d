import type { Engine } from '../catalog/engine.ts'
import type { Gpu } from '../catalog/gpu.ts'
import { compareVersions } from '../catalog/support.ts'
import { inputError } from '../scenario/diagnostic.ts'
import type { ServeExport } from './target.ts'

/** The container of an engine on a kind of GPU. */
export interface Container {
  /** `vllm/vllm-openai:v0.22.1` */
  readonly image: string
  readonly port: number
  readonly healthPath: string
}

/**
 * The image that is published for the plan's engine version and GPU.
 * @throws InputError where none is.
 */
export function containerOf({ engine, plan, gpu }: Pick<ServeExport, 'engine' | 'plan' | 'gpu'>): Container {
  const { container } = engine
  const version = publishedVersion(engine, plan.configuration.engine_version)
  const row = container?.images.find((image) => fits(image, gpu, version))
  if (container === undefined || row === undefined) {
    throw inputError(`no container image of ${engine.name} ${version} is known for ${gpu.name}`, {
      hint: `--to ${engine.id} writes a script that needs none`,
    })
  }
  const tag = row.tag.replaceAll('{version}', padded(version, row.version_parts))
  return { image: `${row.repository}:${tag}`, port: container.port, healthPath: container.health_path }
}

type Image = NonNullable<Engine['container']>['images'][number]

function fits({ vendors, generations, from }: Image, { vendor, generation }: Gpu, version: string): boolean {
  return (
    vendors.includes(vendor) &&
    (generations === undefined || generations.includes(generation)) &&
    (from === undefined || compareVersions(version, from) >= 0)
  )
}

/** A plan that names no version runs on the first of a range, for which a published one of that range stands. */
function publishedVersion({ releases }: Engine, version: string): string {
  // Versions that a scenario names may carry a prefix: v0.19.1, b6325.
  const plain = version.replace(/^[vb](?=\d)/i, '')
  return releases.find(({ from }) => from === plain)?.published ?? plain
}

/** `0.21` as `0.21.0` where tags have three parts. */
function padded(version: string, parts: number): string {
  const given = version.split('.')
  return [...given, ...Array.from({ length: Math.max(0, parts - given.length) }, () => '0')].join('.')
}
