/** The stretch of time that drawings show, and how a person moves it: wheel, drag, pinch, keys. Runs in the page. */

/// <reference lib="dom" />

export interface View {
  readonly from: number
  readonly to: number
  readonly span: number
  /** All that there is to see. */
  readonly whole: readonly [from: number, to: number]
  set(from: number, to: number): void
  /** Smaller factors show less; `at` stays where it is. */
  zoom(factor: number, at?: number): void
  /** By a part of what is shown. */
  pan(part: number): void
  reset(): void
  listen(listener: () => void): void
}

export interface Area {
  readonly element: HTMLElement
  /** The time at a place in CSS pixels from the left edge of the element. */
  readonly timeAt: (x: number) => number
  /** CSS pixels that the view is wide. */
  readonly width: () => number
  /** Whether the mouse pans; otherwise only a finger does. */
  readonly mouse: boolean
}

export type Views = ReturnType<typeof makeViews>

export function makeViews() {
  function makeView(first: number, last: number, shortest: number): View {
    const listeners: (() => void)[] = []
    const end = last > first ? last : first + 1
    let [from, to] = [first, end]
    let asked = false
    const view: View = {
      get from() {
        return from
      },
      get to() {
        return to
      },
      get span() {
        return to - from
      },
      whole: [first, end],
      set(nextFrom, nextTo) {
        const span = Math.min(end - first, Math.max(shortest, nextTo - nextFrom))
        const start = Math.min(Math.max(first, nextFrom), end - span)
        if (start === from && start + span === to) return
        from = start
        to = start + span
        if (asked) return
        asked = true
        // However many events a frame has, it is drawn once.
        requestAnimationFrame(() => {
          asked = false
          for (const listener of listeners) listener()
        })
      },
      zoom(factor, at = (from + to) / 2) {
        view.set(at - (at - from) * factor, at + (to - at) * factor)
      },
      pan(part) {
        const by = (to - from) * part
        view.set(from + by, to + by)
      },
      reset() {
        view.set(first, end)
      },
      listen(listener) {
        listeners.push(listener)
      },
    }
    return view
  }

  /** Keys move the view while the element has the focus. */
  function keys(element: HTMLElement, view: View): void {
    const moves: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => view.pan(-0.2),
      ArrowRight: () => view.pan(0.2),
      PageUp: () => view.pan(-0.9),
      PageDown: () => view.pan(0.9),
      Home: () => view.set(view.whole[0], view.whole[0] + view.span),
      End: () => view.set(view.whole[1] - view.span, view.whole[1]),
      '+': () => view.zoom(0.5),
      '=': () => view.zoom(0.5),
      '-': () => view.zoom(2),
      '0': () => view.reset(),
      Escape: () => view.reset(),
    }
    element.addEventListener('keydown', event => {
      if (event.ctrlKey || event.metaKey || event.altKey) return
      const move = moves[event.key]
      if (move === undefined) return
      event.preventDefault()
      move()
    })
  }

  /**
   * The wheel zooms while the element has the focus, or with Ctrl: otherwise whoever scrolls the page would be caught in
   * every drawing. Sideways it pans. One finger pans, two zoom; up and down they scroll the page.
   */
  function gestures({ element, timeAt, width, mouse }: Area, view: View): void {
    const pointers = new Map<number, PointerEvent>()
    const left = (): number => element.getBoundingClientRect().left
    element.style.touchAction = 'pan-y'
    element.addEventListener(
      'wheel',
      event => {
        const focused = element.contains(document.activeElement) || document.activeElement?.contains(element) === true
        const active = event.ctrlKey || event.metaKey || (focused && document.activeElement !== document.body)
        const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey
        if (!active && !sideways) return
        event.preventDefault()
        const delta = sideways && event.deltaX !== 0 ? event.deltaX : event.deltaY
        if (sideways) view.pan(delta / 600)
        else view.zoom(2 ** (delta / 240), timeAt(event.clientX - left()))
      },
      { passive: false },
    )
    element.addEventListener('pointerdown', event => {
      if (event.pointerType === 'mouse' && (!mouse || event.button !== 0)) return
      pointers.set(event.pointerId, event)
      if (mouse) element.setPointerCapture(event.pointerId)
    })
    element.addEventListener('pointermove', event => {
      const before = pointers.get(event.pointerId)
      if (before === undefined) return
      pointers.set(event.pointerId, event)
      const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1]
      if (other === undefined) {
        view.pan((before.clientX - event.clientX) / width())
        return
      }
      const [was, is] = [Math.abs(before.clientX - other.clientX), Math.abs(event.clientX - other.clientX)]
      const middle = (event.clientX + other.clientX) / 2 - left()
      if (was > 8 && is > 8) view.zoom(was / is, timeAt(middle))
    })
    for (const type of ['pointerup', 'pointercancel', 'pointerleave'] as const) {
      element.addEventListener(type, event => pointers.delete(event.pointerId))
    }
    element.addEventListener('dblclick', () => view.reset())
  }

  /** The buttons of a drawing, for those who have neither wheel nor keys. */
  function buttons(figure: Element, view: View): void {
    const actions: Readonly<Record<string, () => void>> = {
      in: () => view.zoom(0.5),
      out: () => view.zoom(2),
      left: () => view.pan(-0.4),
      right: () => view.pan(0.4),
      all: () => view.reset(),
    }
    for (const button of figure.querySelectorAll<HTMLButtonElement>('button[data-zoom]')) {
      button.addEventListener('click', () => actions[button.dataset.zoom ?? '']?.())
    }
  }

  return { makeView, keys, gestures, buttons }
}
