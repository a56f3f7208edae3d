import { configFile } from '../config-file.ts'
import { serveScript } from '../serve-script.ts'
import { servingWith } from '../serving.ts'
import type { ExportTarget } from '../target.ts'

/** Keys of the file are the flags (sgl-project/sglang docs/advanced_features/server_arguments.md). */
export const sglangTarget: ExportTarget = {
  id: 'sglang',
  describe: 'SGLang: a start script, and the same as a file for sglang.launch_server --config',
  serve: (input) => {
    const serving = servingWith(input, 'sglang')
    const usage = 'python3 -m sglang.launch_server --config sglang.yaml'
    return [
      { name: 'sglang.sh', text: serveScript(serving), executable: true },
      { name: 'sglang.yaml', text: configFile(serving, { 'model-path': input.launch.model }, usage) },
    ]
  },
}
