import { defineConfig, mergeConfig } from 'vitest/config'
import usual from './vitest.config.ts'

/** `npm run fuzz`: the tests that draw random input, with many more draws (test/fuzz/draws.ts). */
export default mergeConfig(
  usual,
  defineConfig({ test: { env: { GPU_PLAN_FUZZ: 'many' }, testTimeout: 3_600_000, hookTimeout: 120_000 } }),
)
