/** `record`: which values become a row, and of which stream. */

import { Type } from 'typebox'
import { isNode } from '../../bench/schema.js'
import { cut, quote } from '../../bench/wording.js'
import { RESERVED_NAMES } from '../expressions/functions.js'
import { fieldsOf } from '../expressions/names.js'
import { isExpression } from '../expressions/parse.js'
import type { Expression, Value } from '../expressions/value.js'
import type { Path } from '../place.js'
import type { CellSource } from '../plan.js'
import { type Column, ROW_NAMES } from '../rows.js'
import { type RecordedAction, type StepContext, type StepKind, stepKind } from './kind.js'

/** Where rows go unless a step says otherwise. */
export const PRIMARY = 'primary'
/** It names files and columns. */
const STREAM_NAME = '^[A-Za-z_][A-Za-z0-9_-]{0,63}$'
const LONGEST_NAME = 100

/** A column with what stands in it. */
interface Entry {
  readonly column: Column
  readonly cell: CellSource
  readonly path: Path
}

export const record: StepKind = stepKind(
  {
    record: Type.Union(
      [
        Type.Array(
          Type.Union([
            Type.String({ minLength: 1 }),
            Type.Object({}, { additionalProperties: true, minProperties: 1 }),
          ]),
          {
            minItems: 1,
            description:
              'Actions, which are done first, and whose results are the columns; readings, parameters and expressions.',
          },
        ),
        Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()]), {
          minProperties: 1,
          description: 'Columns by name: readings, parameters and expressions. Nothing is done for them.',
        }),
      ],
      { title: 'Record', examples: [['air.read'], { temperature: 'air.read.temperature' }] },
    ),
    to: Type.Optional(
      Type.String({
        pattern: STREAM_NAME,
        description: `Which rows it is one of. Default: ${PRIMARY}.`,
        examples: [PRIMARY],
      }),
    ),
  },
  { late: 'all' },
  (written, context) => {
    const { place, axesAround } = context
    const list = written.record as readonly unknown[] | Readonly<Record<string, Value>>
    const axes = axesAround.map<Entry>(({ name, type, unit, description, slot }) => ({
      column: { name, type, unit, description, source: name, axis: true },
      cell: { kind: 'slot', slot },
      path: ['record'],
    }))
    const own = Array.isArray(list)
      ? ofList(list, context)
      : { actions: [], entries: ofMap(list as Readonly<Record<string, Value>>, context) }
    if (own === undefined || own.entries === undefined) return undefined
    const entries = [...axes, ...own.entries]
    if (own.entries.length === 0) {
      const remedy = 'Record an action that measures something, or name a value.'
      return context.refuse(['record'], 'value', { code: 'ERR_PLAN_VALUE', message: 'the row has no columns', remedy })
    }
    const names = new Set<string>()
    for (const { column, path } of entries) {
      // Of an axis, that its name is taken is said where it stands.
      if (ROW_NAMES.includes(column.name) && !(column.axis && RESERVED_NAMES.includes(column.name))) {
        const message = `a column cannot be called ${quote(column.name)}: every row has that beside its columns`
        const remedy = column.axis ? 'Give the axis another name.' : 'Leave it out, or record it by another name.'
        return context.refuse(path, 'value', { code: 'ERR_BAD_NAME', message, remedy })
      }
      if (!names.has(column.name)) names.add(column.name)
      else {
        const message = `the row has two columns ${quote(column.name)}`
        const remedy = 'Write the columns as a map, each with a name of its own: { name: =expression }.'
        return context.refuse(path, 'value', { code: 'ERR_PLAN_VALUE', message, remedy })
      }
    }
    const stream = context.stream(
      ['record'],
      written.to ?? PRIMARY,
      entries.map(({ column }) => column),
    )
    if (stream === undefined) return undefined
    return {
      kind: 'record',
      actions: own.actions.map(({ step }) => step),
      stream,
      cells: entries.map(({ cell }) => cell),
      place,
    }
  },
)

interface Own {
  readonly actions: readonly RecordedAction[]
  readonly entries: readonly Entry[] | undefined
}

/** Actions come first, so that the other items may use what they gave. */
function ofList(list: readonly unknown[], context: StepContext): Own | undefined {
  const isAction = (item: unknown): boolean =>
    isNode(item) || (typeof item === 'string' && !isExpression(item) && context.meaning(item) === 'action')
  const actions = list.map((item, index) => (isAction(item) ? context.action(['record', index], item) : undefined))
  const done = actions.filter(action => action !== undefined)
  const entries = list.map((item, index) => {
    const path: Path = ['record', index]
    const action = actions[index]
    if (action !== undefined) return ofAction(action, done, path)
    if (isAction(item)) return undefined
    const text = item as string
    const entry = ofText(isExpression(text) ? cut(text.slice(1).trim()) : text, text, path, context)
    return entry && [entry]
  })
  if (!entries.every(entry => entry !== undefined)) return undefined
  return { actions: done, entries: entries.flat() }
}

function ofAction({ peripheral, action, output }: RecordedAction, all: readonly RecordedAction[], path: Path): Entry[] {
  const others = all.filter(other => other.peripheral === peripheral && other.action !== action)
  const taken = new Set(others.flatMap(other => fieldsOf(other.output).map(field => field.path.join('.'))))
  return fieldsOf(output).map(({ path: at, type, unit, description }) => {
    const field = at.join('.')
    const name = [peripheral, ...(taken.has(field) || field === '' ? [action] : []), ...at].join('.')
    const source = `${peripheral}.${action}`
    return {
      column: { name, type, unit, description, source, axis: false },
      cell: { kind: 'field', action: source, path: at, type },
      path,
    }
  })
}

function ofMap(map: Readonly<Record<string, Value>>, context: StepContext): Entry[] | undefined {
  const entries = Object.entries(map).map(([name, value]) => {
    const path: Path = ['record', name]
    if (name.trim() === '' || name.length > LONGEST_NAME || /\p{C}/u.test(name)) {
      const message = `${quote(name)} is no name for a column`
      return context.refuse(path, 'key', { code: 'ERR_BAD_NAME', message, remedy: 'Use a short name: temperature.' })
    }
    return ofText(name, typeof value === 'string' ? value : `=${value}`, path, context)
  })
  return entries.every(entry => entry !== undefined) ? entries : undefined
}

const ELAPSED = { description: 'Since the plan began.' } as const

/** @param text An expression, or the name of something that has a value. */
function ofText(name: string, text: string, path: Path, context: StepContext): Entry | undefined {
  const expression = context.expression(path, isExpression(text) ? text : `=${text}`)
  if (expression === undefined) return undefined
  const bare = text.replace(/^=/, '').trim()
  const meant = bare === 'elapsed' ? ELAPSED : expression.name
  if (!isExpression(text) && meant === undefined) {
    const message = `${quote(text)} is no name of a value`
    return context.refuse(path, 'value', { code: 'ERR_PLAN_VALUE', message, remedy: `Write "=${cut(text)}".` })
  }
  const { type, unit } = expression
  return {
    column: { name, type, unit, description: meant?.description, source: text, axis: false },
    cell: cellOf(expression),
    path,
  }
}

/** A reading that is not there yet leaves its cell empty; an expression with one has no value. */
function cellOf(expression: Expression): CellSource {
  const { name } = expression
  if (name !== undefined && 'action' in name) {
    return { kind: 'field', action: name.action, path: name.path, type: name.type }
  }
  return { kind: 'expression', expression }
}

/** Whether rows of the one can stand among rows of the other. */
export function sameColumns(one: readonly Column[], other: readonly Column[]): boolean {
  return (
    one.length === other.length &&
    one.every(({ name, type, unit, axis }, index) => {
      const column = other[index]
      return column?.name === name && column.type === type && column.unit === unit && column.axis === axis
    })
  )
}
