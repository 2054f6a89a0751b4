import { accessSync, constants } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** Where folders live in memory: hundreds of tests make one, and on a disk their ends take longer than the tests. */
const MEMORY = '/dev/shm'

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK)
    return true
  } catch {
    return false
  }
}

/** Tests that put other modules in the place of real ones: these share nothing with the other files. */
const ISOLATED = [
  'test/drivers/index.test.ts',
  'test/drivers/other-driver.test.ts',
  'test/drivers/permission.test.ts',
  'test/drivers/gpiochip/chip.test.ts',
  'test/drivers/gpiochip/libc.test.ts',
]

export default defineConfig({
  resolve: {
    // Examples and README code import the package by its name; here that name means the sources.
    alias: [
      { find: /^pi-worker$/, replacement: source('./src/index.ts') },
      { find: /^pi-worker\/drivers$/, replacement: source('./drivers/index.ts') },
      { find: /^pi-worker\/mocks$/, replacement: source('./mocks/index.ts') },
      { find: /^pi-worker\/vitest$/, replacement: source('./mocks/vitest/index.ts') },
    ],
  },
  test: {
    // Only a hang reaches it, on however slow a machine.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    env: isWritable(MEMORY) ? { TMPDIR: MEMORY } : {},
    // Vitest leaves one processor free, which is half of a small machine.
    maxWorkers: '100%',
    experimental: { fsModuleCache: true, fsModuleCachePath: '.cache/modules' },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          // Loading the modules anew for each of the many small files would take longer than the tests.
          isolate: false,
          include: ['test/**/*.test.ts', 'examples/**/*.test.ts'],
          exclude: ['test/{kernel,pigpio,install,signals,browser,benchmarks}/**', ...ISOLATED],
        },
      },
      {
        extends: true,
        test: {
          name: 'isolated',
          include: ISOLATED,
          // After all others: in between, each would end a worker that has all modules loaded.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
