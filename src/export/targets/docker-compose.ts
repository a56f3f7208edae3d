import { inputError } from '../../scenario/diagnostic.ts'
import { yamlText } from '../../yaml-text.ts'
import { type Container, containerOf } from '../image.ts'
import { CACHE_FOLDER } from '../kubernetes.ts'
import { type Serving, servingOf } from '../serving.ts'
import type { ExportTarget } from '../target.ts'
import { yamlFile } from '../yaml.ts'

/** One machine: a service a replica, each with GPUs and a port of its own. */
export const dockerComposeTarget: ExportTarget = {
  id: 'docker-compose',
  describe: 'Docker Compose file for a machine, a service a replica',
  serve: (input) => {
    const serving = servingOf(input)
    const { place, plan } = serving
    if (place.nodes > 1) {
      throw inputError(`a replica spans ${place.nodes} machines, and Compose knows one`, {
        hint: '--to kubernetes or --to slurm',
      })
    }
    const container = containerOf(serving)
    const services = Object.fromEntries(
      Array.from({ length: place.perInstance }, (_, index) => [
        place.perInstance === 1 ? 'server' : `server-${index}`,
        service(serving, container, index),
      ]),
    )
    const machines =
      plan.placement.instances === 1
        ? []
        : [`${place.replicas} replicas on ${plan.placement.instances} machines: use this on each of them.`]
    const usage = 'HF_TOKEN=... docker compose up --detach'
    const options = serving.server.options?.(plan.configuration, input.launch) ?? null
    const text = yamlFile([...serving.lines, ...machines, usage], {
      services,
      volumes: { cache: {} },
      ...(options === null ? {} : { configs: { options: { content: literal(yamlText(options.value)) } } }),
    })
    return [{ name: 'compose.yaml', text }]
  },
}

function service(serving: Serving, container: Container, index: number) {
  const { server, launch, plan } = serving
  const { image, port, healthPath } = container
  const program = (server.containerProgram ?? server.program)(launch)
  const options = server.options?.(plan.configuration, launch) ?? null
  const optionsPath = `/etc/gpu-plan/${options?.name}`
  const flags = [
    ...server.flags(plan.configuration, launch),
    ...(options === null ? [] : [[options.flag, optionsPath]]),
    ...server.listen(port),
  ]
  return {
    image,
    entrypoint: program.map(literal),
    command: flags.flat().map(literal),
    ...gpus(serving, index),
    // Processes of an engine talk through shared memory.
    ipc: 'host',
    ports: [`${port + index}:${port}`],
    volumes: [`cache:${CACHE_FOLDER}`],
    ...(options === null ? {} : { configs: [{ source: 'options', target: optionsPath }] }),
    restart: 'unless-stopped',
    healthcheck: {
      test: ['CMD-SHELL', `curl --fail --silent http://localhost:${port}${healthPath} || exit 1`],
      interval: '30s',
      timeout: '10s',
      retries: 3,
      // Weights are downloaded at the first start.
      start_period: '2h',
    },
  }
}

/** A word of a user: Compose puts variables in place of `$NAME`, and `$$` is how a dollar sign is written. */
function literal(word: string): string {
  return word.replaceAll('$', () => '$$')
}

/**
 * The GPUs of one replica. NVIDIA's are reserved by number (docs.docker.com, "Enable GPU access with Docker Compose"); AMD's are
 * devices of the host, of which the process is shown its own (rocm.docs.amd.com, "Running ROCm Docker containers").
 */
function gpus({ gpu, place }: Serving, index: number) {
  const ids = Array.from({ length: place.gpus }, (_, each) => `${index * place.gpus + each}`)
  const token = { HF_TOKEN: `$\{HF_TOKEN:-}` }
  switch (gpu.vendor) {
    case 'nvidia':
      return {
        environment: token,
        deploy: {
          resources: { reservations: { devices: [{ driver: 'nvidia', device_ids: ids, capabilities: ['gpu'] }] } },
        },
      }
    case 'amd':
      return {
        environment: { ...token, HIP_VISIBLE_DEVICES: ids.join(',') },
        devices: ['/dev/kfd', '/dev/dri'],
        group_add: ['video'],
        security_opt: ['seccomp=unconfined'],
      }
    default:
      throw inputError(`it is not known how Compose gives a ${gpu.name} to a container`, {
        hint: '--to with the engine writes a script',
      })
  }
}
