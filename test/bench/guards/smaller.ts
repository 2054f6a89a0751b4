/** Makes what fails as small as it gets, for people to read: drops what is not needed from every list in it. */

/** @param fails Whether it still does. */
export async function smaller<T>(value: T, fails: (value: T) => Promise<boolean>): Promise<T> {
  let current = value
  for (let found = true; found; ) {
    found = false
    for (const candidate of without(current)) {
      if (!(await fails(candidate as T))) continue
      current = candidate as T
      found = true
      break
    }
  }
  return current
}

/** Every copy that lacks one entry of one list, or one value that may be left out. */
function* without(value: unknown): Generator<unknown> {
  if (Array.isArray(value)) {
    for (const index of value.keys()) yield value.filter((_, at) => at !== index)
    for (const [index, item] of value.entries()) {
      for (const smaller of without(item)) yield value.map((one, at) => (at === index ? smaller : one))
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      if (
        ['float', 'other', 'maxOn', 'minOff', 'maxDuty', 'maxToggleRate', 'timeout', 'cancelAt', 'fault'].includes(key)
      ) {
        if (item !== undefined && typeof item !== 'object') yield { ...value, [key]: undefined }
      }
      for (const smaller of without(item)) yield { ...value, [key]: smaller }
    }
  }
}
