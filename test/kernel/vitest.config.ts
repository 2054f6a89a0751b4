/** The tests that run inside the kernel. No aliases: they import the built package by its own name. */

import { defineConfig } from 'vitest/config'

export default defineConfig({
  // The cache of the host is not touched from inside.
  cacheDir: '/run/tmp/vite',
  test: {
    root: import.meta.dirname,
    include: ['*.test.ts'],
    setupFiles: ['./leaves-nothing.ts'],
    // One chip and one processor: a worker more would only be in the way.
    pool: 'forks',
    maxWorkers: 1,
    isolate: false,
    fileParallelism: false,
    sequence: { concurrent: false },
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
})
