/** How signals are called in VCD files. Below every layer: the writer and the replay must agree. */

/** Made legal for IEEE 1364 and its readers: whatever is not a letter, digit, _ or $ becomes _. */
export function signalName(name: string): string {
  const safe = name.replace(/[^A-Za-z0-9_$]/g, '_')
  return /^[A-Za-z_]/.test(safe) ? safe : `_${safe}`
}
