import { describe, expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { objectName } from '../../../src/export/kubernetes.ts'
import { dockerComposeTarget } from '../../../src/export/targets/docker-compose.ts'
import { kserveTarget } from '../../../src/export/targets/kserve.ts'
import { kubernetesTarget } from '../../../src/export/targets/kubernetes.ts'
import { type Asked, ENGINES, filesOf, refusal, TWO_NODES } from './fixtures.ts'

/** Keys of the Kubernetes API that are used here (kubernetes.io/docs/reference/generated/kubernetes-api/v1.34). */
const DEPLOYMENT_SPEC = ['replicas', 'selector', 'strategy', 'template']
const POD_SPEC = ['containers', 'nodeSelector', 'enableServiceLinks', 'volumes']
const CONTAINER = [
  'name',
  'image',
  'command',
  'args',
  'env',
  'ports',
  'startupProbe',
  'readinessProbe',
  'livenessProbe',
  'resources',
  'volumeMounts',
]
const PROBE = ['httpGet', 'periodSeconds', 'timeoutSeconds', 'failureThreshold']
/** kubernetes-sigs/lws api/leaderworkerset/v1/leaderworkerset_types.go. */
const LEADER_WORKER_TEMPLATE = ['leaderTemplate', 'workerTemplate', 'size', 'restartPolicy']
/** ComponentExtensionSpec and the pod's own fields (kserve/kserve pkg/apis/serving/v1beta1/component.go, podspec.go). */
const PREDICTOR = ['minReplicas', 'maxReplicas', ...POD_SPEC]
/** compose-spec/compose-spec spec.md, "services". */
const COMPOSE_SERVICE = [
  'image',
  'entrypoint',
  'command',
  'environment',
  'deploy',
  'devices',
  'group_add',
  'security_opt',
  'ipc',
  'ports',
  'volumes',
  'configs',
  'restart',
  'healthcheck',
]
/** RFC 1035 label, which services need; other objects take more. */
const NAME = /^[a-z]([-a-z0-9]*[a-z0-9])?$/

// biome-ignore lint/suspicious/noExplicitAny: documents of others' schemas, checked key by key.
type Document = any

function documents(asked: Asked = {}, target = kubernetesTarget): Document[] {
  const [text = ''] = Object.values(filesOf(target, asked))
  return parseAllDocuments(text).map((each) => {
    expect(each.errors).toEqual([])
    return each.toJS()
  })
}

function unknown(value: object, known: readonly string[]): string[] {
  return Object.keys(value).filter((key) => !known.includes(key))
}

const MI300X: Asked = {
  placement: { gpu: 'mi300x', provider: 'azure', offer: null, instance: 'Standard_ND96isr_MI300X_v5' },
}

describe('kubernetes', () => {
  test('a Deployment of three replicas with two GPUs each, and a Service that finds them', () => {
    const [deployment, service, ...more] = documents()
    expect(more).toEqual([])
    expect(deployment).toMatchObject({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'serve-70b' } })
    expect(unknown(deployment.spec, DEPLOYMENT_SPEC)).toEqual([])
    expect(deployment.spec.replicas).toBe(3)
    const pod = deployment.spec.template
    expect(pod.metadata.labels).toEqual(deployment.spec.selector.matchLabels)
    expect(unknown(pod.spec, POD_SPEC)).toEqual([])
    const [container] = pod.spec.containers
    expect(unknown(container, CONTAINER)).toEqual([])
    expect(container.image).toBe('vllm/vllm-openai:v0.22.1')
    expect(container.command).toEqual(['vllm', 'serve', 'meta-llama/Meta-Llama-3-70B'])
    expect(container.resources.limits).toEqual({ 'nvidia.com/gpu': '2' })
    for (const key of ['--max-model-len', '--max-num-seqs', '--gpu-memory-utilization', '--kv-cache-dtype'])
      expect(container.args).toContain(key)
    // Everything that reaches a process is a text.
    for (const word of [...container.command, ...container.args]) expect(typeof word).toBe('string')
    for (const kind of ['startupProbe', 'readinessProbe', 'livenessProbe']) {
      expect(unknown(container[kind], PROBE)).toEqual([])
      expect(container[kind].httpGet).toEqual({ path: '/health', port: 8000 })
    }
    const volumes = pod.spec.volumes.map((each: { name: string }) => each.name)
    expect(container.volumeMounts.map((each: { name: string }) => each.name)).toEqual(volumes)
    expect(service).toMatchObject({ apiVersion: 'v1', kind: 'Service' })
    expect(service.spec.selector).toEqual(pod.metadata.labels)
    expect(service.spec.ports[0].targetPort).toBe(container.ports[0].containerPort)
  })

  test('a replica over two machines is a LeaderWorkerSet of two pods with eight GPUs each', () => {
    const [set, service] = documents(TWO_NODES)
    expect(set).toMatchObject({ apiVersion: 'leaderworkerset.x-k8s.io/v1', kind: 'LeaderWorkerSet' })
    const template = set.spec.leaderWorkerTemplate
    expect(unknown(template, LEADER_WORKER_TEMPLATE)).toEqual([])
    expect([set.spec.replicas, template.size]).toEqual([1, 2])
    const [leader] = template.leaderTemplate.spec.containers
    const [worker] = template.workerTemplate.spec.containers
    expect(leader.resources).toEqual(worker.resources)
    expect(leader.resources.limits).toEqual({ 'nvidia.com/gpu': '8' })
    const place = ['--nnodes', '2', '--node-rank', '$(LWS_WORKER_INDEX)', '--master-addr', '$(LWS_LEADER_ADDRESS)']
    expect(leader.args.join(' ')).toContain(place.join(' '))
    expect(worker.args.join(' ')).toContain(place.join(' '))
    // A worker has no server that a probe or the service could ask.
    expect(worker.args.at(-1)).toBe('--headless')
    expect(worker).not.toHaveProperty('readinessProbe')
    expect(service.spec.selector).toEqual({
      'leaderworkerset.sigs.k8s.io/name': 'serve-70b',
      'leaderworkerset.sigs.k8s.io/worker-index': '0',
    })
  })

  test('GPUs of AMD have their own resource, image and, in a cloud, their own nodes', () => {
    const offer = 'azure/Standard_ND96isr_MI300X_v5/eastus2'
    const [deployment] = documents({ placement: { ...MI300X.placement, offer } })
    const { spec } = deployment.spec.template
    expect(spec.containers[0].resources.limits).toEqual({ 'amd.com/gpu': '2' })
    expect(spec.containers[0].image).toBe('vllm/vllm-openai-rocm:v0.22.1')
    expect(spec.nodeSelector).toEqual({ 'node.kubernetes.io/instance-type': 'Standard_ND96isr_MI300X_v5' })
  })

  test('settings that have no flag stand in a ConfigMap, mounted where the flag says', () => {
    const [config, deployment] = documents({ configuration: ENGINES['tensorrt-llm'] })
    expect(config).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap' })
    expect(parse(config.data['trtllm.yaml']).kv_cache_config).toEqual({ dtype: 'fp8', free_gpu_memory_fraction: 0.9 })
    const { containers, volumes } = deployment.spec.template.spec
    const mount = containers[0].volumeMounts.find((each: { name: string }) => each.name === 'options')
    expect(containers[0].args).toContain(`${mount.mountPath}/trtllm.yaml`)
    expect(volumes).toContainEqual({ name: 'options', configMap: { name: config.metadata.name } })
  })

  test.each([
    ['sglang', 'lmsysorg/sglang:v0.5.18', 30000],
    ['tensorrt-llm', 'nvcr.io/nvidia/tensorrt-llm/release:1.2.1', 8000],
    ['llama.cpp', 'ghcr.io/ggml-org/llama.cpp:server-cuda-b9014', 8080],
  ] as const)('%s runs in the image that its makers publish', (engine, image, port) => {
    const deployment = documents({ configuration: ENGINES[engine] }).find((each) => each.kind === 'Deployment')
    const [container] = deployment.spec.template.spec.containers
    expect([container.image, container.ports[0].containerPort]).toEqual([image, port])
    expect(container.args.join(' ')).toContain(`--host 0.0.0.0 --port ${port}`)
  })

  test('a version that a scenario names is the tag', () => {
    const tag = (engine_version: string) =>
      documents({ configuration: { engine_version } })[0].spec.template.spec.containers[0].image
    expect(tag('0.19')).toBe('vllm/vllm-openai:v0.19.0')
    expect(tag('v0.24.2')).toBe('vllm/vllm-openai:v0.24.2')
  })

  test('what no image or template can say is refused with a way out', () => {
    const mpi = { ...TWO_NODES, configuration: { ...ENGINES['tensorrt-llm'], ...TWO_NODES.configuration } }
    expect(refusal(() => documents(mpi))).toMatch(/MPI.*--to slurm/)
    const old = { configuration: { ...ENGINES['tensorrt-llm'], engine_version: '0.16' } }
    expect(refusal(() => documents(old))).toMatch(/no container image of TensorRT-LLM 0.16 .*--to tensorrt-llm/)
  })

  test.each([
    ['serve-70b', 'serve-70b'],
    ['Serve 70B (EU)', 'serve-70b-eu'],
    ['70b', 'plan-70b'],
    ['../../etc/passwd', 'etc-passwd'],
    ['$(reboot)', 'reboot'],
    ['日本', 'plan'],
    ['x'.repeat(300), 'x'.repeat(45)],
    [`${'x'.repeat(44)}-y`, 'x'.repeat(44)],
  ])('the name %j is %j in a cluster', (given, name) => {
    expect(objectName(given)).toBe(name)
    expect(name).toMatch(NAME)
    for (const each of documents({ scenario: given })) expect(each.metadata.name).toMatch(NAME)
  })

  test('a dollar sign of a user is no variable of the cluster', () => {
    const [deployment] = documents({ model: { checkpoint: 'org/$(LWS_WORKER_INDEX)' } })
    expect(deployment.spec.template.spec.containers[0].command[2]).toBe('org/$$(LWS_WORKER_INDEX)')
  })
})

describe('kserve', () => {
  test('an InferenceService that runs the engine of the plan, as many times as planned', () => {
    const [service, ...more] = documents({}, kserveTarget)
    expect(more).toEqual([])
    expect(service).toMatchObject({ apiVersion: 'serving.kserve.io/v1beta1', kind: 'InferenceService' })
    const { predictor } = service.spec
    expect(unknown(predictor, PREDICTOR)).toEqual([])
    expect([predictor.minReplicas, predictor.maxReplicas]).toEqual([3, 3])
    const [container] = predictor.containers
    expect(unknown(container, CONTAINER)).toEqual([])
    // The name by which KServe knows the container that serves.
    expect(container.name).toBe('kserve-container')
    expect(container.image).toBe('vllm/vllm-openai:v0.22.1')
    expect(container.resources.limits).toEqual({ 'nvidia.com/gpu': '2' })
  })

  test('a replica over two machines is refused: the runtime that could is another version', () => {
    expect(refusal(() => documents(TWO_NODES, kserveTarget))).toContain('--to kubernetes')
  })
})

describe('docker-compose', () => {
  const compose = (asked: Asked = {}) => parse(filesOf(dockerComposeTarget, asked)['compose.yaml'] ?? '')

  test('three replicas on one machine: six of eight GPUs, three ports', () => {
    const { services } = compose()
    expect(Object.keys(services)).toEqual(['server-0', 'server-1', 'server-2'])
    const all: Document[] = Object.values(services)
    for (const each of all) expect(unknown(each, COMPOSE_SERVICE)).toEqual([])
    expect(all.map((each) => each.ports)).toEqual([['8000:8000'], ['8001:8000'], ['8002:8000']])
    const devices = all.map((each) => each.deploy.resources.reservations.devices[0])
    expect(devices.map((each) => each.device_ids)).toEqual([
      ['0', '1'],
      ['2', '3'],
      ['4', '5'],
    ])
    expect(devices[0]).toMatchObject({ driver: 'nvidia', capabilities: ['gpu'] })
    expect(all[0].entrypoint).toEqual(['vllm', 'serve', 'meta-llama/Meta-Llama-3-70B'])
    expect(all[0].healthcheck.test[1]).toContain('http://localhost:8000/health')
    for (const word of all[0].command) expect(typeof word).toBe('string')
  })

  test('GPUs of AMD are devices, of which each replica is shown its own', () => {
    const { services } = compose(MI300X)
    expect(services['server-1'].devices).toEqual(['/dev/kfd', '/dev/dri'])
    expect(services['server-1'].environment.HIP_VISIBLE_DEVICES).toBe('2,3')
    expect(services['server-1']).not.toHaveProperty('deploy')
  })

  test('settings that have no flag are a config of the file', () => {
    const { services, configs } = compose({ configuration: ENGINES['tensorrt-llm'] })
    const [{ source, target }] = services['server-0'].configs
    expect(services['server-0'].command).toContain(target)
    expect(parse(configs[source].content).enable_chunked_prefill).toBe(true)
  })

  test('a dollar sign of a user is no variable of Compose', () => {
    const { services } = compose({ model: { checkpoint: `org/$\{HOME}$x` } })
    expect(services['server-0'].entrypoint[2]).toBe(`org/$$\{HOME}$$x`)
  })

  test('several machines are refused', () => {
    expect(refusal(() => compose(TWO_NODES))).toContain('Compose knows one')
  })
})
