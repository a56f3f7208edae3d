import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.prop.ts'],
    globalSetup: 'test/temporary-folder.ts',
    // All cores: half of the time is waiting for programs that tests start.
    maxWorkers: '100%',
    testTimeout: 60_000,
    // Reading the catalogs takes a second alone and ten beside a busy machine's other work.
    hookTimeout: 60_000,
    coverage: { provider: 'v8', include: ['src/**', 'planners/**'], reporter: ['text-summary', 'html'] },
  },
})
