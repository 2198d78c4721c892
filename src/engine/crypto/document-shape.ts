/**
 * What a document has to look like before its members are used: checked by hand, since a command that only reads should
 * start fast.
 */
import { BackupError } from '../../kernel/backup-error.ts'

/** Of an unknown kind, in messages. */
const KIND_CHARACTERS_MAX = 40

/** Of every document of this version: one of these in another's place is damage. */
const KINDS: ReadonlySet<string> = new Set(
  'keyring snapshot checkpoint tombstone deleted session ended record confirm retract claim stream branch beat'.split(
    ' ',
  ),
)

export type Body = Record<string, unknown>
type Check = (value: unknown) => boolean
/** Members by name; others are ignored. */
export type Shape = Readonly<Record<string, Check>>

export const isText = (value: unknown): value is string => typeof value === 'string'
export const isFlag = (value: unknown): value is boolean => typeof value === 'boolean'
export const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0
/** Milliseconds; stores give fractions. */
export const isTime = (value: unknown): value is number => Number.isFinite(value) && (value as number) >= 0
export const isHex =
  (bytes: number): Check =>
  (value) =>
    isText(value) && value.length === bytes * 2 && /^[0-9a-f]*$/.test(value)
export const isHexText = (value: unknown): boolean =>
  isText(value) && value.length % 2 === 0 && /^[0-9a-f]*$/.test(value)
export const isList =
  (each: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(each)
export const isObject = (value: unknown): value is Body =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
export const isMap =
  (each: Check): Check =>
  (value) =>
    isObject(value) && Object.values(value).every(each)
export const hasShape =
  (shape: Shape): Check =>
  (value) =>
    isObject(value) && Object.entries(shape).every(([member, check]) => check(value[member]))
export const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value)
export const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value)
export const one =
  (...allowed: readonly unknown[]): Check =>
  (value) =>
    allowed.includes(value)

/**
 * Throws DAMAGED naming the first member that is not as it has to be; FEATURE_UNSUPPORTED for a document of a kind that
 * only a later version knows: it is signed and whole, and nobody may give it up.
 */
export function checked<T>(body: Body, shape: Shape, what: string): T {
  const { kind } = body
  if (shape['kind']?.(kind) === false && isText(kind) && !KINDS.has(kind))
    throw new BackupError('FEATURE_UNSUPPORTED', `A ${what} has the unknown kind ${kind}.`, {
      context: { object: what, feature: `kind ${kind.slice(0, KIND_CHARACTERS_MAX)}` },
    })
  for (const [member, check] of Object.entries(shape)) {
    if (!check(body[member]))
      throw new BackupError('DAMAGED', `A ${what} has no valid "${member}".`, { context: { object: what, member } })
  }
  return body as T
}
