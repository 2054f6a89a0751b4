/** A handle around a handle: reading goes straight through. */

import type { EdgeEvent, LineHandle, LineSettings } from '../../drivers/driver.js'

export abstract class WrappedHandle {
  readonly lines: readonly number[]
  protected readonly inner: LineHandle

  constructor(inner: LineHandle) {
    this.lines = inner.lines
    this.inner = inner
  }

  get settings(): LineSettings {
    return this.inner.settings
  }

  get(): number {
    return this.inner.get()
  }

  edges(listener: (event: EdgeEvent) => void): () => void {
    return this.inner.edges(listener)
  }
}
