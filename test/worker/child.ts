/** A program of its own: everything that fails here is awaited by nobody, and nothing is left for it to wait for. */

import { Worker } from '../../src/worker/worker.js'

const worker = new Worker()
worker.queue('pump', { safe: () => Promise.reject(new RangeError('not safe')) })
const fail = (): never => {
  throw new RangeError('nobody cares')
}

worker.run(fail)
worker.run(async () => fail())
worker.submit(fail, { on: 'pump' })
worker.submit(() => Promise.reject(undefined), { retries: 3, effect: 'read' })
worker.submit(() => 1, { on: 'pump' }).cancel()
worker.submit(context => context.sleep('1h'), { on: 'valve', timeout: 1 })
worker.submit(() => new Promise((_, reject) => worker.clock.after(5e6, () => reject(fail))), {
  on: 'motor',
  timeout: 1,
  grace: 1,
})
process.on('exit', () => {
  process.stdout.write(`${worker.size} tasks are retained`)
})
