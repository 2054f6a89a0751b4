/** The tests that let `sigrok-cli` decode our traces. */

import { defineConfig } from 'vitest/config'

export default defineConfig({
  cacheDir: '../../node_modules/.vite/signals',
  test: {
    root: import.meta.dirname,
    include: ['*.test.ts'],
    isolate: false,
    // Only a hang reaches it: each test starts a program or two.
    testTimeout: 60_000,
  },
})
