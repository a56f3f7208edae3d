import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.prop.ts'],
    testTimeout: 60_000,
    coverage: { provider: 'v8', include: ['src/**', 'planners/**'], reporter: ['text-summary', 'html'] },
  },
})
