import { inputError } from '../scenario/diagnostic.ts'
import { yamlText } from '../yaml-text.ts'
import type { Container } from './image.ts'
import type { Flag } from './server.ts'
import type { Serving } from './serving.ts'

/** What Kubernetes calls GPUs, by vendor: the resource of the vendor's device plugin (kubernetes.io, "Schedule GPUs"). */
const GPU_RESOURCES: Readonly<Record<string, string>> = {
  nvidia: 'nvidia.com/gpu',
  amd: 'amd.com/gpu',
}

/** Clouds whose nodes carry the name of the shape under the well-known label `node.kubernetes.io/instance-type`. */
const LABELLED_CLOUDS = ['aws', 'azure', 'gcp']

/** Secret that holds the token for gated models, and its key. */
const TOKEN_SECRET = { name: 'hf-token', key: 'token' } as const

/** Where the file of settings without flags stands in a container. */
const OPTIONS_FOLDER = '/etc/gpu-plan'

/** Where the images keep what they download, weights above all: it outlives a restart of the container. */
export const CACHE_FOLDER = '/root/.cache'

/** Seconds between probes. */
const PROBE_SECONDS = 10
/** Weights are downloaded at the first start: hundreds of gigabytes may take two hours. */
const START_SECONDS = 7200

/** Longest name that leaves room for what controllers append to the names of pods (RFC 1123: 63). */
const NAME_LENGTH = 45

/** A name that every kind of object takes: RFC 1035 label, lower-case letters, digits and hyphens, a letter first. */
export function objectName(name: string): string {
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
  return (/^[a-z]/.test(plain) ? plain : `plan-${plain}`).slice(0, NAME_LENGTH).replace(/-+$/, '')
}

/**
 * A word of a user as an argument: Kubernetes puts variables in place of `$(NAME)`, and `$$` is how a dollar sign is written, also one
 * that no parenthesis follows (kubernetes/api core/v1/types.go, Container.Args: "Double $$ are reduced to a single $").
 */
export function argument(word: string): string {
  return word.replaceAll('$', () => '$$')
}

/** What a pod's container is told beside the flags of the plan. */
export interface ContainerExtras {
  readonly name: string
  /** Flags made here, in which `$(NAME)` is meant to be replaced. */
  readonly flags?: readonly Flag[]
  /** Probes and a port: the container answers requests. */
  readonly serves: boolean
}

/** The engine in a container of a pod with the GPUs of one node of a replica. */
export function engineContainer(serving: Serving, container: Container, extras: ContainerExtras) {
  const { server, launch, plan, place, gpu } = serving
  const resource = GPU_RESOURCES[gpu.vendor]
  if (resource === undefined) {
    throw inputError(`it is not known what Kubernetes calls a ${gpu.name}`, {
      hint: '--to with the engine writes a script',
    })
  }
  const program = (server.containerProgram ?? server.program)(launch)
  const options = server.options?.(plan.configuration, launch) ?? null
  const flags = [
    ...server.flags(plan.configuration, launch),
    ...(options === null ? [] : [[options.flag, `${OPTIONS_FOLDER}/${options.name}`]]),
    ...(extras.serves ? server.listen(container.port) : []),
  ]
  return {
    name: extras.name,
    image: container.image,
    command: program.map(argument),
    args: [...flags.flat().map(argument), ...(extras.flags ?? []).flat()],
    env: [
      {
        name: 'HF_TOKEN',
        valueFrom: { secretKeyRef: { ...TOKEN_SECRET, optional: true } },
      },
    ],
    ...(extras.serves ? { ports: [{ containerPort: container.port, protocol: 'TCP' }], ...probes(container) } : {}),
    resources: { limits: { [resource]: `${place.gpusPerNode}` } },
    volumeMounts: [
      { name: 'shm', mountPath: '/dev/shm' },
      { name: 'cache', mountPath: CACHE_FOLDER },
      ...(options === null ? [] : [{ name: 'options', mountPath: OPTIONS_FOLDER }]),
    ],
  }
}

/** The start may take long; once it is over, a server that stops answering is restarted. */
function probes({ port, healthPath }: Container) {
  const probe = { httpGet: { path: healthPath, port }, periodSeconds: PROBE_SECONDS }
  return {
    startupProbe: { ...probe, failureThreshold: START_SECONDS / PROBE_SECONDS },
    readinessProbe: { ...probe, failureThreshold: 3 },
    livenessProbe: { ...probe, timeoutSeconds: PROBE_SECONDS, failureThreshold: 6 },
  }
}

/**
 * What a pod has beside its container: shared memory, through which the processes of an engine talk, settings that have no flags,
 * and the right node.
 */
export function podParts({ offer, server, plan, launch, scenario }: Serving) {
  const selector =
    offer !== null && LABELLED_CLOUDS.includes(offer.provider)
      ? { nodeSelector: { 'node.kubernetes.io/instance-type': offer.instance } }
      : {}
  const hasOptions = (server.options?.(plan.configuration, launch) ?? null) !== null
  return {
    ...selector,
    // A service named vllm would set VLLM_PORT in every container, which vLLM takes for its own setting.
    enableServiceLinks: false,
    volumes: [
      { name: 'shm', emptyDir: { medium: 'Memory' } },
      { name: 'cache', emptyDir: {} },
      ...(hasOptions ? [{ name: 'options', configMap: { name: objectName(scenario) } }] : []),
    ],
  }
}

/** The file of settings that have no flags, as an object of its own; nothing where there are none. */
export function optionObjects({ server, plan, launch, scenario }: Serving) {
  const options = server.options?.(plan.configuration, launch) ?? null
  if (options === null) return []
  const data = { [options.name]: yamlText(options.value) }
  return [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: objectName(scenario) }, data }]
}

/** Lines for whoever applies the file. */
export function podNotes({ offer, gpu, plan }: Serving): string[] {
  const where =
    offer !== null && LABELLED_CLOUDS.includes(offer.provider)
      ? []
      : [`Pods go to any node with free GPUs: where the cluster has others than ${gpu.name}, add a nodeSelector.`]
  return [
    ...where,
    'Weights are downloaded when a pod starts; a volume claim in place of the emptyDir "cache" keeps them.',
    `Gated models need a token: kubectl create secret generic ${TOKEN_SECRET.name} --from-literal=${TOKEN_SECRET.key}=...`,
    ...(plan.placement.instances > 1
      ? [`The plan pays for ${plan.placement.instances} nodes of ${plan.placement.gpus_per_instance} GPUs.`]
      : []),
  ]
}
