/** Names of data types in PyTorch, which engines take in `--dtype`. */
export const TORCH_TYPES: Readonly<Record<string, string>> = { bf16: 'bfloat16', fp16: 'float16', fp32: 'float32' }
