/** The tests of the packed package: each installs it as a user would, in an empty folder. */

import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['*.test.ts'],
    fileParallelism: false,
    // Only a hang reaches it: an install takes seconds.
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
})
