import { describe, expect, test } from 'vitest'
import { catalogue, codeOf, isError, isPiWorkerError, messageOf, PiWorkerError, textOf } from '../src/errors.js'
import {
  isNamed,
  type Node,
  parse,
  placeOf,
  type SourceFile,
  sourceFiles,
  textOf as sourceOf,
  stringOf,
} from './sources.js'

const files = sourceFiles()
const entries = Object.entries(catalogue)
const refusing = Proxy.revocable({}, {})
refusing.revoke()

describe('the catalogue', () => {
  test.each(entries)('%s has a meaning and a remedy that are sentences', (_, { meaning, remedy }) => {
    for (const sentence of [meaning, remedy]) {
      expect(sentence).toMatch(/^[A-Z].*\w.*[.]$/s)
      expect(sentence).not.toMatch(/\n| {2}|\.\.|TODO/)
      expect(sentence.split(' ').length).toBeGreaterThanOrEqual(3)
    }
    expect(meaning).not.toBe(remedy)
  })

  test('gives no two codes one meaning', () => {
    expect(new Set(entries.map(([, { meaning }]) => meaning)).size).toBe(entries.length)
  })

  test('has every code that is given to an error', () => {
    const unknown = files.flatMap(codesIn).filter(({ code }) => !Object.hasOwn(catalogue, code))
    expect(unknown).toEqual([])
  })

  test('has no code that no error is ever given', () => {
    const used = new Set(files.flatMap(codesIn).map(({ code }) => code))
    expect(entries.map(([code]) => code).filter(code => !used.has(code))).toEqual([])
  })

  test('is searched for codes that are given, not for those that are asked for', () => {
    const file = parse(
      'x.ts',
      `throw new PiWorkerError('ERR_A', 'no'); fail('ERR_B'); const problem = { code: 'ERR_C' }
       const d = x ? 'ERR_D' : \`ERR_E\`
       if (error.code === 'ERR_F' || isPiWorkerError(error, 'ERR_G') || 'ERR_F' !== code || ['ERR_F'].includes(code)) {}
       switch (code) { case 'ERR_H': }
       type I = 'ERR_I' | Extract<ErrorCode, 'ERR_I'>; f<'ERR_I'>(x as 'ERR_I')
       const text = 'see ERR_J'`,
    )
    expect(codesIn(file).map(({ code }) => code)).toEqual(['ERR_A', 'ERR_B', 'ERR_C', 'ERR_D', 'ERR_E'])
  })
})

describe('every error that is thrown', () => {
  test('is a PiWorkerError: one class, and no bare Error', () => {
    expect(files.flatMap(bareErrorsIn)).toEqual([])
  })

  test('is passed on: no catch is empty', () => {
    expect(files.flatMap(emptyCatchesIn)).toEqual([])
  })

  test('is found when it is not', () => {
    const file = parse(
      'x.ts',
      `throw new Error('a'); throw TypeError('b'); throw 'c'; throw { d: 1 }; class E extends RangeError {}
       throw error; throw new PiWorkerError('ERR_IO', 'f'); throw busy(line); throw x instanceof Error ? x : y
       try { g() } catch {}
       try { g() } catch (error) { /* nothing */ }
       function f() { try { g() } catch { return } }
       void h().catch(() => {}); void h().catch(() => undefined)`,
    )
    expect(bareErrorsIn(file)).toEqual([
      'x.ts:1 Error',
      'x.ts:1 TypeError',
      "x.ts:1 'c'",
      'x.ts:1 { d: 1 }',
      'x.ts:1 RangeError',
    ])
    expect(emptyCatchesIn(file)).toEqual(['x.ts:3', 'x.ts:4', 'x.ts:6'])
  })
})

describe('a PiWorkerError', () => {
  test('has code, message, place, remedy, cause and details', () => {
    const cause = new RangeError('why')
    const error = new PiWorkerError('ERR_IO', 'no', {
      place: 'GPIO17',
      remedy: 'Try again.',
      cause,
      details: { line: 17 },
    })
    expect(error).toMatchObject({
      name: 'PiWorkerError',
      code: 'ERR_IO',
      message: 'no',
      place: 'GPIO17',
      remedy: 'Try again.',
      details: { line: 17 },
    })
    expect(error.cause).toBe(cause)
    expect(error).toBeInstanceOf(Error)
  })

  test('has the remedy of the catalogue unless it is given a better one', () => {
    const error = new PiWorkerError('ERR_TIMEOUT', 'too long')
    expect([error.remedy, error.place, error.details]).toEqual([catalogue.ERR_TIMEOUT.remedy, undefined, {}])
    expect('cause' in error).toBe(false)
  })
})

describe('isPiWorkerError', () => {
  test('knows ours from others, and one code from another', () => {
    const error = new PiWorkerError('ERR_IO', 'no')
    expect([
      isPiWorkerError(error),
      isPiWorkerError(error, 'ERR_IO'),
      isPiWorkerError(error, 'ERR_BUSY' as never),
    ]).toEqual([true, true, false])
    const others = [
      new RangeError('no'),
      { code: 'ERR_IO' },
      Object.assign(new RangeError('no'), { code: 'ERR_IO' }),
      null,
      'ERR_IO',
    ]
    for (const other of [...others, undefined, refusing.proxy]) expect(isPiWorkerError(other)).toBe(false)
  })

  test('knows those of another copy of this package too', async () => {
    const place = '../src/errors.js?copy'
    const copy: typeof import('../src/errors.js') = await import(place)
    expect(copy.PiWorkerError).not.toBe(PiWorkerError)
    const foreign: unknown = new copy.PiWorkerError('ERR_IO', 'no')
    expect(foreign instanceof PiWorkerError).toBe(false)
    expect([isPiWorkerError(foreign, 'ERR_IO'), isPiWorkerError(foreign, 'ERR_TIMEOUT')]).toEqual([true, false])
  })

  test('leaves no mark on the error that anybody would see', () => {
    expect(Reflect.ownKeys(new PiWorkerError('ERR_IO', 'no')).filter(key => typeof key === 'symbol')).toEqual([])
  })
})

describe('whatever was thrown can be read', () => {
  const unreadable = Object.defineProperty(new RangeError(), 'message', {
    get() {
      throw new TypeError('no')
    },
  })

  test('messageOf gives the message of an error, and the text of anything else', () => {
    const values = [new RangeError('too far'), 'text', undefined, Symbol('s'), 5n]
    expect(values.map(messageOf)).toEqual(['too far', 'text', 'undefined', 'Symbol(s)', '5'])
    const secrets = [Object.create(null), unreadable, refusing.proxy] as unknown[]
    for (const secret of secrets) expect(messageOf(secret)).toBe('a value that cannot be shown')
  })

  test('textOf shows any value', () => {
    expect([textOf(-0), textOf(null), textOf([1, 2]), textOf(Object.create(null))]).toEqual([
      '0',
      'null',
      '1,2',
      'a value that cannot be shown',
    ])
  })

  test('codeOf gives a code that is text, ours or of Node', () => {
    const withCode = (code: unknown) => Object.assign(new RangeError('no'), { code })
    expect([codeOf(new PiWorkerError('ERR_IO', 'no')), codeOf(withCode('ENOENT')), codeOf({ code: 'X' })]).toEqual([
      'ERR_IO',
      'ENOENT',
      'X',
    ])
    for (const value of [withCode(5), 'ENOENT', null, undefined, refusing.proxy]) expect(codeOf(value)).toBeUndefined()
  })

  test('isError knows errors of any realm', async () => {
    const { runInNewContext } = await import('node:vm')
    expect([isError(new RangeError('no')), isError(runInNewContext('new RangeError()'))]).toEqual([true, true])
    for (const value of [{ message: 'no' }, 'no', null, undefined, refusing.proxy]) expect(isError(value)).toBe(false)
  })
})

/** The codes that a file gives to errors and problems; not those of types, comparisons and questions. */
function codesIn(file: SourceFile): { code: string; place: string }[] {
  if (file.path === 'src/errors.ts') return []
  const found: { code: string; place: string }[] = []
  for (const node of file.nodes) {
    const code = stringOf(node)
    if (code === undefined || !/^ERR_[A-Z_]+$/.test(code) || isAsked(file, node.parent)) continue
    found.push({ code, place: placeOf(file, node) })
  }
  return found
}

function isAsked(file: SourceFile, parent: Node | null | undefined): boolean {
  switch (parent?.type) {
    case 'TSLiteralType':
    case 'SwitchCase':
      return true
    case 'ArrayExpression':
      return parent.parent != null && sourceOf(file, parent.parent).endsWith('.includes')
    case 'BinaryExpression':
      return parent.operator === '===' || parent.operator === '!=='
    case 'CallExpression':
      return isNamed(parent.callee, 'isPiWorkerError')
    default:
      return false
  }
}

function bareErrorsIn(file: SourceFile): string[] {
  const found: string[] = []
  const note = (node: Node): void => void found.push(`${placeOf(file, node)} ${sourceOf(file, node)}`)
  for (const node of file.nodes) {
    const made = node.type === 'NewExpression' || node.type === 'CallExpression' ? node.callee : undefined
    if (made !== undefined && isBuiltIn(made)) note(made)
    if (node.type === 'ThrowStatement' && isLiteral(node.argument)) note(node.argument)
    if (file.path === 'src/errors.ts') continue
    if (node.type === 'ClassDeclaration' || node.type === 'ClassExpression') {
      if (node.superClass !== null && isBuiltIn(node.superClass)) note(node.superClass)
    } else if (node.type === 'TSClassImplements' || node.type === 'TSInterfaceHeritage') {
      if (isBuiltIn(node.expression)) note(node.expression)
    }
  }
  return found
}

function isBuiltIn(node: Node): boolean {
  return (
    node.type === 'Identifier' &&
    /^((Type|Range|Syntax|Reference|Eval|URI|Aggregate)?Error|DOMException)$/.test(node.name)
  )
}

function isLiteral({ type }: Node): boolean {
  return type === 'Literal' || type === 'ObjectExpression' || type === 'TemplateLiteral'
}

/** Places where an error is caught and nothing at all is done. */
function emptyCatchesIn(file: SourceFile): string[] {
  const found: string[] = []
  for (const node of file.nodes) {
    if (node.type === 'CatchClause' && node.body.body.length === 0) found.push(placeOf(file, node))
    if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') continue
    const [handler] = node.arguments
    if (!isNamed(node.callee.property, 'catch') || handler?.type !== 'ArrowFunctionExpression') continue
    if (handler.body.type === 'BlockStatement' && handler.body.body.length === 0) found.push(placeOf(file, node))
  }
  return found
}
