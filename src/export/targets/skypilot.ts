import type { Offer } from '../../catalog/offer.ts'
import { countParameters } from '../../model/parameters.ts'
import { describeModel } from '../../model/tensors.ts'
import { inputError } from '../../scenario/diagnostic.ts'
import { containerOf } from '../image.ts'
import { serveScript } from '../serve-script.ts'
import { type Serving, servingOf } from '../serving.ts'
import type { ExportFile, ExportTarget, ServeExport, TrainExport } from '../target.ts'
import { rocmNote, runFiles, SCRIPT } from '../trainers/run.ts'
import { runOf } from '../trainers/runs.ts'
import { machines, processes } from '../trainers/torchrun.ts'
import { yamlFile } from '../yaml.ts'
import { ACCELERATORS, CLOUDS } from './skypilot-facts.ts'
import { plainName } from './slurm.ts'

const TASK = 'task.yaml'
const SERVE_SCRIPT = 'serve.sh'
/** Port that SkyPilot's own examples use for the rendezvous (docs/source/running-jobs/distributed-jobs.rst). */
const MASTER_PORT = 8008

/** GB of the root disk: what SkyPilot gives unasked, and the part of it that system and packages take. */
const DEFAULT_DISK_GB = 256
const SYSTEM_DISK_GB = 100
/** A checkpoint of full training, bytes a parameter: 16-bit weights, fp32 master weights and moments. Two lie there at once. */
const CHECKPOINT_BYTES = 14
const CHECKPOINTS = 2
const WEIGHT_BYTES = 2

/** Regions of offers that stand for no region. */
const NO_REGION = ['multi', 'default', 'unstated', 'global', 'any']
/** Clouds whose machine names are their own everywhere; elsewhere SkyPilot has made them up, and only its own files know them. */
const OWN_NAMES = ['aws', 'azure', 'gcp', 'oci']
const SKYPILOT_FILES = 'skypilot-org/skypilot-catalog'

interface Resources {
  readonly resources: Readonly<Record<string, unknown>>
  readonly notes: readonly string[]
}

/**
 * What to rent: the cloud, region and machine of the plan where SkyPilot has them (docs/source/reference/yaml-spec.rst), else its
 * GPU wherever SkyPilot finds it, which the header says.
 * @throws InputError where SkyPilot does not know the GPU.
 */
function resourcesOf(input: TrainExport | ServeExport, gpus: number, shapeIsPlanned: boolean): Resources {
  const { gpu, offer, plan, scenario } = input
  const accelerator = ACCELERATORS[gpu.id]
  if (accelerator === undefined) {
    throw inputError(`SkyPilot has no name for the ${gpu.name} on which ${scenario} is planned`, {
      hint: `GPUs that it rents: --set search.gpus=[${Object.keys(ACCELERATORS).slice(0, 3).join(',')},...]`,
    })
  }
  const provider = plan.placement.provider ?? ''
  const cloud = CLOUDS[provider]
  const name = accelerator.elsewhere?.[provider] ?? (accelerator.on.includes(provider) ? accelerator.name : undefined)
  const shared = {
    accelerators: `${name ?? accelerator.name}:${gpus}`,
    use_spot: plan.placement.pricing === 'spot',
    disk_size: diskGb(input),
  }
  if (cloud === undefined || name === undefined || offer === null) {
    const where = offer === null ? 'No offer is planned' : `SkyPilot does not rent the ${gpu.name} of ${provider}`
    return {
      resources: shared,
      notes: [`${where}: it takes this GPU wherever it is cheapest, and that price is not the plan's.`],
    }
  }
  return {
    resources: { infra: infra(cloud, offer), ...shared, ...(shapeIsPlanned ? instanceType(offer) : {}) },
    notes: [
      ...(plan.placement.pricing === 'reserved-1y' || plan.placement.pricing === 'reserved-3y'
        ? ['The plan counts on a reservation, which SkyPilot uses where you hold one.']
        : []),
      ...(isShared(name)
        ? [`${name} is SkyPilot's name for several boards of that memory; planned is ${gpu.name}.`]
        : []),
    ],
  }
}

/** One name stands for several GPUs of the catalog. */
function isShared(name: string): boolean {
  return Object.values(ACCELERATORS).filter((each) => each.name === name).length > 1
}

function infra(cloud: string, { region }: Offer): string {
  return NO_REGION.includes(region) || !/^[A-Za-z0-9-]+$/.test(region) ? cloud : `${cloud}/${region}`
}

function instanceType({ provider, instance, source }: Offer): { instance_type?: string } {
  const known = OWN_NAMES.includes(provider) || source.startsWith(SKYPILOT_FILES)
  return known && /^[A-Za-z0-9._-]+$/.test(instance) ? { instance_type: instance } : {}
}

/** Room for the weights as they are downloaded, and for checkpoints of full training. */
function diskGb({ model, plan }: TrainExport | ServeExport): number {
  const parameters =
    model.architecture === undefined
      ? (model.parameters ?? 0)
      : countParameters(describeModel(model.architecture)).total
  const trained = 'method' in plan.configuration && plan.configuration.method === 'full' ? parameters : 0
  const bytes = parameters * WEIGHT_BYTES + trained * CHECKPOINT_BYTES * CHECKPOINTS
  return Math.max(DEFAULT_DISK_GB, Math.ceil(SYSTEM_DISK_GB + bytes / 1e9))
}

/** Names of tasks may hold what Kubernetes labels may. */
function taskName(scenario: string): string {
  return plainName(scenario).toLowerCase().replaceAll(/[._]+/g, '-').slice(0, 60).replace(/-+$/, '')
}

function train(input: TrainExport): readonly ExportFile[] {
  const run = runOf(input)
  const { launch, plan } = input
  const nodes = machines(launch)
  const each = processes(launch)
  const { resources, notes } = resourcesOf(input, each, each === plan.placement.gpus_per_instance)
  const spot = plan.placement.pricing === 'spot'
  const header = [
    ...input.header,
    '',
    ...notes,
    ...rocmNote(input),
    run.missing,
    `The arguments that are to be appended: sky launch --env TRAIN_ARGUMENTS='--output_dir ...'`,
    `Run: sky ${spot ? 'jobs launch' : 'launch'} ${TASK}${spot ? ', which starts again after an interruption' : ''}; the other files lie beside it. Rent runs until sky down.`,
  ]
  const rendezvous =
    nodes === 1
      ? ''
      : `export NODE_RANK="$SKYPILOT_NODE_RANK" MASTER_PORT=${MASTER_PORT}\nMASTER_ADDR="$(echo "$SKYPILOT_NODE_IPS" | head -n 1)"\nexport MASTER_ADDR\n`
  const task = {
    name: taskName(input.scenario),
    resources,
    num_nodes: nodes,
    workdir: '.',
    envs: { HF_TOKEN: '', TRAIN_ARGUMENTS: '' },
    setup: `set -e\n${run.setup.join('\n')}\n`,
    // Unquoted, so that it may hold several arguments.
    run: `${rendezvous}bash ${SCRIPT} $TRAIN_ARGUMENTS\n`,
  }
  return [{ name: TASK, text: yamlFile(header, task) }, ...runFiles(input, run)]
}

/** Packages of the engines, which are built for NVIDIA's GPUs (README of each project); llama.cpp publishes none. */
const PACKAGES: Readonly<Record<string, string>> = {
  vllm: 'vllm',
  sglang: 'sglang[all]',
  'tensorrt-llm': 'tensorrt-llm',
}

/** How the engine comes onto the machine: as a package, or in the image that is published for this GPU. */
function installed(serving: Serving): { image?: string; setup?: string; path: string } {
  const { engine, gpu, server, launch } = serving
  const packageName = PACKAGES[engine.id]
  if (packageName !== undefined && gpu.vendor === 'nvidia')
    return { setup: `set -e\npip install '${packageName}${versionOf(serving)}'\n`, path: '' }
  const program = server.containerProgram?.(launch)[0]
  const folder = program?.slice(0, program.lastIndexOf('/'))
  return {
    image: containerOf(serving).image,
    path: folder === undefined || folder === '' ? '' : `export PATH="${folder}:$PATH"\n`,
  }
}

function serve(input: ServeExport): readonly ExportFile[] {
  const serving = servingOf(input)
  const { place, plan, engine } = serving
  if (place.nodes > 1 && serving.server.nodeFlags === undefined) {
    throw inputError(`SkyPilot cannot start a replica of ${engine.name} on ${place.nodes} machines: it needs MPI`, {
      hint: '--to slurm, or --set engine=vllm',
    })
  }
  const { image, setup, path } = installed(serving)
  const shared = place.perInstance > 1
  const whole = place.gpusPerNode === plan.placement.gpus_per_instance
  const { resources, notes } = resourcesOf(input, place.gpusPerNode, whole)
  const port = engine.container?.port
  const service = place.replicas > 1
  const header = [
    ...serving.lines,
    '',
    ...notes,
    ...(shared
      ? [
          `The plan puts ${place.perInstance} replicas on a machine; SkyServe rents one for each, whose price is not the plan's.`,
        ]
      : []),
    service
      ? `Run: sky serve up ${TASK}; ${SERVE_SCRIPT} lies beside it.`
      : `Run: sky launch ${TASK}; ${SERVE_SCRIPT} lies beside it. Rent runs until sky down.`,
  ]
  const rank =
    place.nodes === 1
      ? ''
      : 'export NODE_RANK="$SKYPILOT_NODE_RANK"\nHEAD_ADDRESS="$(echo "$SKYPILOT_NODE_IPS" | head -n 1)"\nexport HEAD_ADDRESS\n'
  const task = {
    name: taskName(input.scenario),
    ...(service
      ? {
          service: {
            readiness_probe: { path: engine.container?.health_path ?? '/health' },
            replicas: place.replicas,
          },
        }
      : {}),
    resources: {
      ...resources,
      ...(image === undefined ? {} : { image_id: `docker:${image}` }),
      ...(port === undefined ? {} : { ports: port }),
    },
    num_nodes: place.nodes,
    workdir: '.',
    envs: { HF_TOKEN: '' },
    ...(setup === undefined ? {} : { setup }),
    run: `${path}${rank}bash ${SERVE_SCRIPT}\n`,
  }
  const alone: Serving = shared ? { ...serving, place: { ...place, perInstance: 1, partOfInstance: false } } : serving
  return [
    { name: TASK, text: yamlFile(header, task) },
    { name: SERVE_SCRIPT, text: serveScript(alone), executable: true },
  ]
}

/** A compatible release: `0.22` stands for 0.22.0 and its patches. */
function versionOf({ plan }: Serving): string {
  const version = plan.configuration.engine_version
  return /^\d+\.\d+$/.test(version) ? `==${version}.*` : /^\d+(\.\d+)+$/.test(version) ? `==${version}` : ''
}

export const skypilot: ExportTarget = {
  id: 'skypilot',
  describe: 'SkyPilot: a task (YAML) for training and serving, a service where a plan has several replicas',
  serve,
  train,
}
