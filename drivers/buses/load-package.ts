/** Loads an optional package that is compiled when it is installed. */

import { codeOf, messageOf, PiWorkerError } from '../../src/errors.js'

/** What compiling an addon takes on Raspberry Pi OS. */
const COMPILER = 'sudo apt install -y build-essential python3'

/** @throws ERR_DRIVER_MISSING: it is not installed, or was not compiled for this Node */
export async function loadPackage<T>(name: string, load: () => Promise<{ readonly default: T }>): Promise<T> {
  try {
    return (await load()).default
  } catch (error) {
    const context = { cause: error, details: { package: name } }
    if (['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'].includes(codeOf(error) ?? '')) {
      throw new PiWorkerError('ERR_DRIVER_MISSING', `the package ${name} is not installed`, {
        ...context,
        remedy: `Install it: ${COMPILER}; npm install ${name}`,
      })
    }
    const reason = messageOf(error).split('\n')[0]
    throw new PiWorkerError('ERR_DRIVER_MISSING', `the package ${name} is not compiled: ${reason}`, {
      ...context,
      remedy: `Compile it: ${COMPILER}; npm approve-scripts ${name} (npm 11.16 or newer); npm rebuild ${name}`,
    })
  }
}
