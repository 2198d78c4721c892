/**
 * What a column's text becomes, the same for both drivers: time as Date, bigint and numeric as a number, bytea as
 * Buffer, JSON parsed, intervals and days as their text. What a number can't hold is refused, never rounded.
 */
import { InvariantViolation } from '../kernel/invariant.ts'

const Oid = {
  BOOL: 16,
  BYTEA: 17,
  INT8: 20,
  INT2: 21,
  INT4: 23,
  OID: 26,
  JSON: 114,
  FLOAT4: 700,
  FLOAT8: 701,
  DATE: 1082,
  TIMESTAMP: 1114,
  TIMESTAMPTZ: 1184,
  INTERVAL: 1186,
  NUMERIC: 1700,
  JSONB: 3802,
  INT2_ARRAY: 1005,
  INT4_ARRAY: 1007,
  TEXT_ARRAY: 1009,
  INT8_ARRAY: 1016,
  UUID_ARRAY: 2951,
  NAME_ARRAY: 1003,
  VARCHAR_ARRAY: 1015,
} as const

/** The largest moment a Date can hold. */
const INFINITY_MS = 8.64e15

/** Throws {@link InvariantViolation} for a whole number beyond 2^53. */
function parseNumber(text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && !Number.isSafeInteger(value))
    throw new InvariantViolation(`The database holds the number ${text}, which this program can not hold.`)
  return value
}

function parseTime(text: string): Date {
  if (text === 'infinity') return new Date(INFINITY_MS)
  if (text === '-infinity') return new Date(-INFINITY_MS)
  const zoned = /[+-]\d\d(:?\d\d)?$/.test(text) ? text.replace(/([+-]\d\d)$/, '$1:00') : `${text}Z`
  return new Date(zoned.replace(' ', 'T'))
}

function parseBytes(text: string): Buffer {
  return Buffer.from(text.slice(2), 'hex')
}

/** `{a,"b c",NULL}` of one dimension. */
function parseArray<T>(text: string, parse: (item: string) => T): Array<T | null> {
  const items = text.slice(1, -1).match(/"(?:[^"\\]|\\.)*"|[^,]+/g) ?? []
  return items.map((item) =>
    item === 'NULL' ? null : parse(item.startsWith('"') ? item.slice(1, -1).replace(/\\(.)/g, '$1') : item),
  )
}

const asText = (text: string) => text
const PARSERS: Readonly<Record<number, (text: string) => unknown>> = {
  [Oid.BOOL]: (text) => text === 't',
  [Oid.BYTEA]: parseBytes,
  [Oid.INT8]: parseNumber,
  [Oid.INT2]: Number,
  [Oid.INT4]: Number,
  [Oid.OID]: Number,
  [Oid.FLOAT4]: Number,
  [Oid.FLOAT8]: Number,
  [Oid.NUMERIC]: parseNumber,
  [Oid.JSON]: (text) => JSON.parse(text) as unknown,
  [Oid.JSONB]: (text) => JSON.parse(text) as unknown,
  [Oid.DATE]: asText,
  [Oid.INTERVAL]: asText,
  [Oid.TIMESTAMP]: parseTime,
  [Oid.TIMESTAMPTZ]: parseTime,
  ...Object.fromEntries(
    [Oid.INT2_ARRAY, Oid.INT4_ARRAY, Oid.INT8_ARRAY].map((oid) => [
      oid,
      (text: string) => parseArray(text, parseNumber),
    ]),
  ),
  ...Object.fromEntries(
    [Oid.TEXT_ARRAY, Oid.UUID_ARRAY, Oid.NAME_ARRAY, Oid.VARCHAR_ARRAY].map((oid) => [
      oid,
      (text: string) => parseArray(text, asText),
    ]),
  ),
}

/** For `pg`: its `types` option. */
export const PG_TYPES = {
  getTypeParser: (oid: number): ((text: string) => unknown) => PARSERS[oid] ?? asText,
}

/** For PGlite: its `parsers` option. */
export const PGLITE_PARSERS: Readonly<Record<number, (text: string) => unknown>> = PARSERS

/** For PGlite: its `serializers` option; `pg` knows Buffers by itself. */
export const PGLITE_SERIALIZERS: Readonly<Record<number, (value: Uint8Array) => string>> = {
  [Oid.BYTEA]: (value) => `\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}`,
}
