import { inputError } from '../../scenario/diagnostic.ts'
import { containerOf } from '../image.ts'
import { engineContainer, objectName, optionObjects, podNotes, podParts } from '../kubernetes.ts'
import { servingOf } from '../serving.ts'
import type { ExportTarget } from '../target.ts'
import { yamlFile } from '../yaml.ts'

/**
 * An InferenceService with a container of its own: KServe's Hugging Face runtime brings a vLLM of another version, whose memory would
 * not be the plan's.
 */
export const kserveTarget: ExportTarget = {
  id: 'kserve',
  describe: 'KServe InferenceService with the engine of the plan as its container',
  serve: (input) => {
    const serving = servingOf(input)
    const { place } = serving
    if (place.nodes > 1) {
      throw inputError(
        'KServe spreads a replica over nodes only with a runtime of its own, whose engine is another version',
        {
          hint: '--to kubernetes writes a LeaderWorkerSet',
        },
      )
    }
    const inferenceService = {
      apiVersion: 'serving.kserve.io/v1beta1',
      kind: 'InferenceService',
      metadata: {
        name: objectName(input.scenario),
        // Plain deployments: without Knative a pod is not stopped when idle, as the plan's cost assumes.
        annotations: { 'serving.kserve.io/deploymentMode': 'Standard' },
      },
      spec: {
        predictor: {
          minReplicas: place.replicas,
          maxReplicas: place.replicas,
          containers: [engineContainer(serving, containerOf(serving), { name: 'kserve-container', serves: true })],
          ...podParts(serving),
        },
      },
    }
    const mode = 'Before KServe 0.16 the deployment mode is called RawDeployment.'
    const header = [...serving.lines, ...podNotes(serving), mode]
    return [{ name: 'kserve.yaml', text: yamlFile(header, ...optionObjects(serving), inferenceService) }]
  },
}
