import { inputError } from '../../scenario/diagnostic.ts'
import { containerOf } from '../image.ts'
import { engineContainer, objectName, optionObjects, podNotes, podParts } from '../kubernetes.ts'
import { type Serving, servingOf } from '../serving.ts'
import type { ExportTarget } from '../target.ts'
import { yamlFile } from '../yaml.ts'

/** Port of the service; the engine's own port stays inside. */
const SERVICE_PORT = 80

/** Labels that a LeaderWorkerSet gives to its pods (kubernetes-sigs/lws docs/examples/sglang/lws.yaml, docs on labels). */
const LWS_NAME = 'leaderworkerset.sigs.k8s.io/name'
const LWS_INDEX = 'leaderworkerset.sigs.k8s.io/worker-index'

/** A Deployment where a replica fits a node, a LeaderWorkerSet where it spans several; a Service before both. */
export const kubernetesTarget: ExportTarget = {
  id: 'kubernetes',
  describe: 'Deployment and Service; a LeaderWorkerSet where a replica spans nodes',
  serve: (input) => {
    const serving = servingOf(input)
    const name = objectName(input.scenario)
    const header = [...serving.lines, ...podNotes(serving)]
    if (serving.place.nodes === 1) {
      const objects = [...optionObjects(serving), deployment(serving, name), service(serving, name, { app: name })]
      const text = yamlFile(header, ...objects)
      return [{ name: 'kubernetes.yaml', text }]
    }
    const needs = 'Needs the LeaderWorkerSet controller: https://lws.sigs.k8s.io/docs/installation/'
    const leaders = { [LWS_NAME]: name, [LWS_INDEX]: '0' }
    const text = yamlFile([...header, needs], leaderWorkerSet(serving, name), service(serving, name, leaders))
    return [{ name: 'kubernetes.yaml', text }]
  },
}

function deployment(serving: Serving, name: string) {
  const labels = { app: name }
  const container = engineContainer(serving, containerOf(serving), { name: 'server', serves: true })
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels },
    spec: {
      replicas: serving.place.replicas,
      selector: { matchLabels: labels },
      // The GPUs are paid for once: an update takes a replica down before the next one starts.
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
      template: { metadata: { labels }, spec: { containers: [container], ...podParts(serving) } },
    },
  }
}

function leaderWorkerSet(serving: Serving, name: string) {
  const { server, place, engine } = serving
  const { nodeFlags } = server
  if (nodeFlags === undefined) {
    throw inputError(`${engine.name} starts over MPI where a replica spans machines, which a pod template cannot say`, {
      hint: '--to slurm, or keep replicas on one machine: --set search.pipeline_parallel=[1]',
    })
  }
  const image = containerOf(serving)
  // Variables that the controller sets in every container (kubernetes-sigs/lws docs/examples/sglang/lws.yaml).
  const at = { nodes: place.nodes, rank: '$(LWS_WORKER_INDEX)', head: '$(LWS_LEADER_ADDRESS)' }
  const container = (isHead: boolean) =>
    engineContainer(serving, image, {
      name: isHead ? 'leader' : 'worker',
      serves: isHead,
      flags: nodeFlags({ ...at, isHead }),
    })
  const pod = (isHead: boolean) => ({ spec: { containers: [container(isHead)], ...podParts(serving) } })
  return {
    apiVersion: 'leaderworkerset.x-k8s.io/v1',
    kind: 'LeaderWorkerSet',
    metadata: { name },
    spec: {
      replicas: place.replicas,
      leaderWorkerTemplate: {
        size: place.nodes,
        restartPolicy: 'RecreateGroupOnPodRestart',
        leaderTemplate: pod(true),
        workerTemplate: pod(false),
      },
    },
  }
}

function service(serving: Serving, name: string, selector: Readonly<Record<string, string>>) {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: {
      type: 'ClusterIP',
      selector,
      ports: [{ name: 'http', port: SERVICE_PORT, targetPort: containerOf(serving).port, protocol: 'TCP' }],
    },
  }
}
