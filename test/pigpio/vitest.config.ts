/** The tests that run through the real npm package and its addon, on the stand-in for the C library. */

import { defineConfig } from 'vitest/config'

export default defineConfig({
  cacheDir: '../../node_modules/.vite/pigpio',
  test: {
    root: import.meta.dirname,
    include: ['*.test.ts'],
    setupFiles: ['./leaves-nothing.ts'],
    // One library in one process.
    pool: 'forks',
    maxWorkers: 1,
    isolate: false,
    fileParallelism: false,
    sequence: { concurrent: false },
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
})
