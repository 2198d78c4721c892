/** One entry of the audit log, from what happened to the bytes that are hashed (docs/audit.md). */
import { createHmac } from 'node:crypto'
import type { AuditEvent } from '../parts.ts'
import { canonicalJson } from './canonical-json.ts'

const VERSION = 1
const TEXT_CHARS_MAX = 4000
const ITEMS_MAX = 200
const DEPTH_MAX = 6
const DETAILS_BYTES_MAX = 32 * 1024
const PASSWORD_IN_URL = /(:\/\/[^\s:/@]{0,256}:)[^\s/@]{1,512}@/g

export interface EntryPlace {
  /** Of the control key. */
  readonly key: Uint8Array
  readonly tenantId: string
  /** ISO 8601 in UTC. */
  readonly at: string
}

/** A person in the log: the same one has the same pseudonym, and without the key nobody can tell whose it is. */
export function pseudonymOf(actor: string, key: Uint8Array): string {
  return createHmac('sha256', key).update(actor, 'utf8').digest('hex')
}

/**
 * The bytes of an entry. What JSON or a database can't hold is replaced, never refused: an act that took place has an
 * entry.
 */
export function encodeEntry(event: AuditEvent, place: EntryPlace): Buffer {
  const entry = {
    v: VERSION,
    tenant: place.tenantId,
    at: place.at,
    actor: pseudonymOf(event.actor, place.key),
    action: plainText(event.action),
    resource: plainText(event.resource),
    result: event.result,
    details: boundedDetails(event.details ?? {}),
  }
  return Buffer.from(canonicalJson(entry), 'utf8')
}

function boundedDetails(details: Readonly<Record<string, unknown>>): unknown {
  const plain = plainValue(details, 0)
  const bytes = Buffer.byteLength(canonicalJson(plain), 'utf8')
  return bytes > DETAILS_BYTES_MAX ? { omittedBytes: bytes } : plain
}

function plainValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return plainText(value)
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  if (typeof value === 'boolean' || value === null || value === undefined) return value ?? null
  if (typeof value !== 'object' || ArrayBuffer.isView(value) || depth >= DEPTH_MAX) return null
  if (Array.isArray(value)) return value.slice(0, ITEMS_MAX).map((item) => plainValue(item, depth + 1))
  const members = Object.entries(value).filter(([, member]) => member !== undefined && typeof member !== 'function')
  return Object.fromEntries(
    members.slice(0, ITEMS_MAX).map(([name, member]) => [plainText(name), plainValue(member, depth + 1)]),
  )
}

/**
 * jsonb holds no NUL, UTF-8 no lone surrogate. A password that slipped into a URL is a second net: callers pass none.
 */
function plainText(text: string): string {
  const cut = text.length <= TEXT_CHARS_MAX ? text : `${text.slice(0, TEXT_CHARS_MAX)}…`
  return cut.toWellFormed().replaceAll('\0', '\ufffd').replaceAll(PASSWORD_IN_URL, '$1***@')
}
