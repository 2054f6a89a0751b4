/** The error of this tier: the decoder, or what it was given, is not right. */

export class SigrokError extends Error {
  override readonly name = 'SigrokError'
}
