/** Loads an optional package where nothing of the drivers but handovers is loaded. */

import { messageOf, PiWorkerError } from '../src/errors.js'

/** @throws ERR_DRIVER_MISSING */
export async function loadOptional<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (error) {
    throw new PiWorkerError('ERR_DRIVER_MISSING', `the package ${name} cannot be loaded: ${messageOf(error)}`, {
      cause: error,
      details: { package: name },
    })
  }
}
