/** Columns of a table that must fit: the less important ones are narrow, or left out, where there is little room. */

import { padded, widthOf } from './text.js'

export interface Column {
  /** Plain text, one for each row. */
  readonly cells: readonly string[]
  /** What stands in a row instead, where it depends on the room that there is. */
  readonly fill?: ((row: number, width: number) => string) | undefined
  /** Given the text as it will stand there. */
  readonly color?: ((text: string, row: number) => string) | undefined
  readonly align?: 'left' | 'right' | undefined
  /** Narrower than this it is of no use; a column that is never wider than it is not cut at all. */
  readonly min: number
  /** Wider than this it never is. */
  readonly max: number
  /** Keeps this width however short its cells are: what changes in it must not move its neighbours. */
  readonly steady?: number | undefined
  /** 0 for what must be there; the highest goes first. */
  readonly rank: number
}

const GAP = 2

/** The rows, each at most `width` wide. */
export function tableRows(columns: readonly Column[], width: number, ellipsis: string): string[] {
  const wanted = columns.map(({ cells, max, steady = 0 }) => {
    return Math.min(max, Math.max(steady, ...cells.map(widthOf)))
  })
  const widths = fitWidths(columns, wanted, width, GAP)
  const [first] = columns
  return (first?.cells ?? []).map((_, row) => {
    const parts = columns.flatMap(({ cells, fill, color, align }, index) => {
      const room = widths[index] as number
      if (room === 0) return []
      const text = padded(fill?.(row, room) ?? cells[row] ?? '', room, ellipsis, align)
      return [color === undefined ? text : color(text, row)]
    })
    return parts.join(' '.repeat(GAP))
  })
}

/**
 * How wide each may be, so that all of them and the gaps between them fit; 0 for a column that is left out.
 * @param wanted The width at which nothing of it is cut.
 */
export function fitWidths(
  columns: readonly Pick<Column, 'min' | 'rank'>[],
  wanted: readonly number[],
  width: number,
  gap: number,
): number[] {
  const widths = columns.map(() => 0)
  let room = width + gap
  const byRank = columns.map((_, index) => index).sort((a, b) => rankOf(columns, a) - rankOf(columns, b))
  for (const index of byRank) {
    const least = Math.min(wanted[index] as number, (columns[index] as Pick<Column, 'min'>).min)
    if (least === 0) continue
    // The first column is there however little room there is.
    const given = index === byRank[0] ? Math.max(1, Math.min(least, width)) : least
    if (given + gap > room) continue
    widths[index] = given
    room -= given + gap
  }
  for (const index of byRank) {
    const more = Math.min(room, (wanted[index] as number) - (widths[index] as number))
    if (widths[index] === 0 || more <= 0) continue
    widths[index] = (widths[index] as number) + more
    room -= more
  }
  return widths
}

function rankOf(columns: readonly Pick<Column, 'rank'>[], index: number): number {
  return (columns[index] as Pick<Column, 'rank'>).rank
}
