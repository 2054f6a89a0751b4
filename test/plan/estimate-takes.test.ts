import { Type } from 'typebox'
import { describe, expect, it } from 'vitest'
import { type AnyDefinition, definePeripheral } from '../../src/bench/definition.js'
import { type Takes, type TakesContext, takesJust } from '../../src/bench/takes.js'
import { checkPlan } from '../../src/plan/check.js'
import { estimatePlan } from '../../src/plan/estimate/estimate.js'
import { PlanSource } from '../../src/plan/source.js'

/** A stirrer whose `stir` takes what the hook says. */
function stirrer(takes: (context: TakesContext, ms: number) => Takes | undefined): AnyDefinition {
  return definePeripheral({
    type: 'stirrer',
    title: 'Stirrer',
    config: Type.Object({}),
    open: () => undefined,
    actions: {
      stir: {
        title: 'Stir',
        effect: 'read',
        input: Type.Object({ ms: Type.Number() }),
        takes: (_config, { ms }, context) => takes(context, ms),
        run: () => undefined,
      },
      shake: { title: 'Shake', effect: 'read', run: () => undefined },
    },
  })
}

function durationOf(definition: AnyDefinition, steps: string) {
  const text = `bench: { pot: { type: stirrer } }\nplan:\n${steps.replace(/^/gm, '  ')}\n`
  return estimatePlan(checkPlan(new PlanSource(text, 'a.yaml'), { stirrer: definition })).duration
}

const STIR = '- pot.stir: { ms: 500 }'

describe('how long an action takes', () => {
  it('is what its definition says', () => {
    const definition = stirrer((_context, ms) => takesJust(ms * 2))
    expect(durationOf(definition, STIR)).toEqual({ value: 1000, atLeast: false })
  })

  it('nobody knows when its definition says nothing', () => {
    expect(
      durationOf(
        stirrer(() => undefined),
        '- pot.shake\n- wait: 1s',
      ),
    ).toEqual({ value: 1000, atLeast: true })
  })

  it.each([
    ['throws', () => Object.assign(Object.create(null), {}).missing.ms],
    ['makes no sense', () => ({ ms: Number.NaN, exact: true })],
    ['is below nothing', () => ({ ms: -5, exact: true })],
  ])('nobody knows when its definition %s', (_what, takes) => {
    expect(durationOf(stirrer(takes), STIR)).toEqual({ value: 0, atLeast: true })
  })

  it('may depend on what was done before, and when', () => {
    // It rests until a second after it began.
    const definition = stirrer(({ now, times }) => {
      const rest = Math.max(0, (times.free ?? 0) - now)
      times.free = now + rest + 1000
      return takesJust(rest + 100)
    })
    expect(durationOf(definition, `${STIR}\n- wait: 300\n${STIR}`)).toEqual({ value: 1100, atLeast: false })
    expect(durationOf(definition, `- repeat: 50\n  do:\n  ${STIR}`)).toEqual({ value: 49_100, atLeast: false })
    const branch = `- if: =elapsed > 1\n  then: [ wait: 300 ]\n${STIR}`
    // When the second stirring begins, the first one is over for nothing or for 300 ms.
    expect(durationOf(definition, `${STIR}\n${branch}`)).toEqual({ value: 800, atLeast: true, atMost: 1400 })
  })

  it('is not known any more after an action of which nobody knows what it leaves', () => {
    const seen: (number | undefined)[] = []
    const definition = stirrer(({ notes }) => {
      seen.push(notes.turns)
      notes.turns = 3
      return takesJust(0)
    })
    durationOf(definition, `${STIR}\n${STIR}\n- pot.shake\n${STIR}`)
    expect(seen).toEqual([undefined, 3, Number.NaN])
  })

  it('must be a function', () => {
    const stir = { title: 'Stir', effect: 'read', takes: 5 as never, run: () => undefined } as const
    const define = () =>
      definePeripheral({ type: 'pot', title: 'Pot', config: Type.Object({}), open: () => 0, actions: { stir } })
    expect(define).toThrow(expect.objectContaining({ code: 'ERR_BAD_DEFINITION' }))
  })
})
