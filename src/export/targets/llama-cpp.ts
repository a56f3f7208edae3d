import { serveScript } from '../serve-script.ts'
import { servingWith } from '../serving.ts'
import type { ExportTarget } from '../target.ts'

export const llamaCppTarget: ExportTarget = {
  id: 'llama.cpp',
  describe: 'llama.cpp: a start script for llama-server',
  serve: (input) => [{ name: 'llama-server.sh', text: serveScript(servingWith(input, 'llama.cpp')), executable: true }],
}
