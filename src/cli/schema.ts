/** `pi-worker schema`: prints the JSON Schema of plan files, for completion in editors. */

import { peripherals } from '../peripherals/index.js'
import { planSchema } from '../plan/schema.js'
import { exit } from './exit.js'
import type { Session } from './program.js'

export function schemaCommand({ out }: Session): number {
  out.write(`${JSON.stringify(planSchema(peripherals), null, 2)}\n`)
  return exit.succeeded
}
