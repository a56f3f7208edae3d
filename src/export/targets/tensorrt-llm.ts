import { serveScript } from '../serve-script.ts'
import { servingWith } from '../serving.ts'
import type { ExportTarget } from '../target.ts'
import { OPTIONS_FILE, serverOptions } from '../tensorrt-llm.ts'
import { yamlFile } from '../yaml.ts'

/** Keys of the file are fields of LlmArgs (NVIDIA/TensorRT-LLM tensorrt_llm/llmapi/llm_args.py). */
export const tensorrtLlmTarget: ExportTarget = {
  id: 'tensorrt-llm',
  describe: 'TensorRT-LLM: a start script for trtllm-serve and its YAML of options',
  serve: (input) => {
    const serving = servingWith(input, 'tensorrt-llm')
    const { configuration } = input.plan
    const usage = `trtllm-serve MODEL --extra_llm_api_options ${OPTIONS_FILE}`
    return [
      { name: 'trtllm.sh', text: serveScript(serving), executable: true },
      { name: OPTIONS_FILE, text: yamlFile([...serving.lines, usage], serverOptions(configuration, input.launch)) },
    ]
  },
}
