/** The tests that look at reports in a real browser. */

import { defineConfig } from 'vitest/config'

export default defineConfig({
  cacheDir: '../../node_modules/.vite/browser',
  test: {
    root: import.meta.dirname,
    include: ['*.test.ts'],
    // One browser at a time: the tests of how fast a page opens must not wait for others.
    fileParallelism: false,
    // Only a hang reaches it: a record of a million rows is made and read.
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
})
