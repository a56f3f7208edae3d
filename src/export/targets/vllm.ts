import { configFile } from '../config-file.ts'
import { serveScript } from '../serve-script.ts'
import { servingWith } from '../serving.ts'
import type { ExportTarget } from '../target.ts'

/** Keys of the file are the long flags (vllm-project/vllm docs/configuration/serve_args.md). */
export const vllmTarget: ExportTarget = {
  id: 'vllm',
  describe: 'vLLM: a start script, and the same as a file for vllm serve --config',
  serve: (input) => {
    const serving = servingWith(input, 'vllm')
    return [
      { name: 'vllm.sh', text: serveScript(serving), executable: true },
      { name: 'vllm.yaml', text: configFile(serving, { model: input.launch.model }, 'vllm serve --config vllm.yaml') },
    ]
  },
}
