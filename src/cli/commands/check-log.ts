import type { Command } from '../command.ts'
import { outputFlags } from '../common-flags.ts'

export const checkLog: Command = {
  name: 'check-log',
  describe: "A server's start-up log beside the model's prediction",
  help: `Examples:
  plan check-log vllm.log
  docker logs my-server 2>&1 | plan check-log - --gpu h100-sxm-80gb
  plan check-log vllm.log --record >> runs.yaml

Usage:
  plan check-log FILE [flags]     FILE - reads standard input

Understands start-up logs of vLLM (0.6 and later), SGLang and llama.cpp
(llama-server, llama-cli). The last start in the file counts. What the log does
not say (often the GPU) is given by flags. --record prints the start as a record
of measurements, to be kept under "records:" in a file that plan validate reads;
with --output it is such a file. Exits 0 when the log could be read, whatever
the prediction says, and 2 when it could not.`,
  exits: { 0: 'the log was read, whatever the prediction says' },
  words: 1,
  flags: {
    model: { value: 'ID', describe: 'Model, by catalog id, where the log does not surely name it' },
    gpu: { value: 'ID', describe: 'GPU, by catalog id, where the log does not name it' },
    gpus: { value: 'N', describe: 'GPUs in all, where the log does not say' },
    quantization: { value: 'ID', describe: 'Weight format, by catalog id, where the log does not say' },
    'kv-cache': { value: 'ID', describe: 'KV-cache format, by catalog id, where the log does not say' },
    'engine-version': { value: 'VERSION', describe: 'Release of the engine, where the log does not say' },
    record: { describe: 'Print only the record, as YAML (or JSON with --format json)' },
    ...outputFlags,
  },
  handle: async (call) => (await import('../actions/check-log.ts')).checkStartLog(call),
}
