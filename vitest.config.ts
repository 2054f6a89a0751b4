import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  resolve: {
    // Examples and README code import the package by its name; here that name means the sources.
    alias: [
      { find: /^pi-worker$/, replacement: source('./src/index.ts') },
      { find: /^pi-worker\/drivers$/, replacement: source('./drivers/index.ts') },
      { find: /^pi-worker\/mocks$/, replacement: source('./mocks/index.ts') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/kernel/**', 'test/benchmarks/**'],
  },
})
