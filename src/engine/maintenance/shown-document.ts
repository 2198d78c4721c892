/**
 * What may be shown of a document: by the members that are known to open nothing. A member that is not in the list, of
 * whatever version, is named and left out.
 */
import { isSecretName, redactText } from '../../kernel/redaction.ts'

const LEFT_OUT = '(left out)'

/** `'all'`: the value with all in it; a list: these members, of each where it is an array. */
type Shown = 'all' | { readonly [member: string]: Shown }

function members(names: string, more: { readonly [member: string]: Shown } = {}): Shown {
  return { ...Object.fromEntries(names.split(' ').map((name) => [name, 'all' as const])), ...more }
}

const RECIPIENTS = members('id label kind addedAt', { scrypt: members('n r p') })

/** By the kind of record: its value. */
const VALUES: Readonly<Record<string, Shown>> = {
  pin: members('reason'),
  hold: members('snapshot source reason until'),
  forget: members('snapshots records'),
  copy: members('location snapshots newest'),
  erasure: members('reason'),
  rollback: members('snapshots records keyring generations entries back'),
  audit: members('from to previous hash'),
  'control-key': members('id createdAt', { recipients: RECIPIENTS }),
  configuration: members('tenant name kind enabled createdBy createdAt updatedAt', {
    settings: members('kind paths type timezone allowEmpty retention priority tags', {
      schedule: members('kind cron every frequency time dayOfWeek dayOfMonth'),
      filters: members('includePatterns excludePatterns sizeLimit modifiedSince'),
      performance: members('maxConcurrentBackups compressionLevel chunkSize timeout retryAttempts retryDelay'),
      alertConfig: members('failureRate maxBackupTime minFreeSpace'),
    }),
  }),
}

const DATABASE = members('engine version system mode branch start end databases checksums', {
  stream: members('id check'),
})
const SNAPSHOT = members(
  'kind source sourceKind type complete host user program startedAt finishedAt paths tags tree parent runId copiedFrom writer sequence previous seen keyGeneration deleteGeneration summary skipped skippedCount changedWhileRead changedCount metadataNotKept notKeptCount owners filters aliases warnings progress cut facts checkpoints',
  { database: DATABASE },
)

/** By the folder of the object. */
const DOCUMENTS: Readonly<Record<string, Shown>> = {
  config: members('format version repositoryId createdAt hash aead kdf codecs chunker features generation previous'),
  keys: members('kind repositoryId generation previous createdAt features', { recipients: RECIPIENTS }),
  snapshots: SNAPSHOT,
  checkpoints: SNAPSHOT,
  sessions: members('kind writer host bootId pid processStart startedAt configGeneration session'),
  deletes: members(
    'kind generation previous packs indexes marked at deadline uptime completes kept damaged replaces snapshot writer sequence',
  ),
  confirms: members('kind snapshot deleteGeneration writer sequence'),
  commits: members('kind runId snapshot writer'),
  streams: members(
    'kind source extent begin from to minute before prefix gap closed bytes sha256 codec server writer keyGeneration copiedFrom parent facts',
    { stream: members('kind system branch') },
  ),
}

/** A document as it may be shown, by the folder that it lies in. */
export function shownDocument(folder: string, document: Readonly<Record<string, unknown>>): unknown {
  if (folder !== 'records' && folder !== 'audit') return shown(document, DOCUMENTS[folder] ?? {})
  const { record, value } = document
  const kind = typeof record === 'string' && Object.hasOwn(VALUES, record) ? record : undefined
  // Of a kind that a later version brought nothing is known but its frame.
  const frame = members(`kind record subject generation at by${kind === undefined ? '' : ' copiedFrom'}`, {
    value: (kind !== undefined && VALUES[kind]) || {},
  })
  const told = shown(kind === undefined && value != null ? { ...document, value: LEFT_OUT } : document, frame)
  return kind === 'audit' ? { ...(told as object), value: segment(value) } : told
}

function shown(value: unknown, what: Shown): unknown {
  if (value === null) return null
  if (what === 'all') return plain(value)
  if (Array.isArray(value)) return value.map((each) => shown(each, what))
  // A value where members are known: not what it should be.
  if (typeof value !== 'object') return LEFT_OUT
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      const known = Object.hasOwn(what, name) ? what[name] : undefined
      return [name, known === undefined ? leftOut(member) : shown(member, known)]
    }),
  )
}

function leftOut(value: unknown): unknown {
  return value === null ? null : LEFT_OUT
}

/** The second net: passwords in addresses, members by their names. */
function plain(value: unknown): unknown {
  if (typeof value === 'string') return redactText(value)
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, isSecretName(name) ? leftOut(member) : plain(member)]),
  )
}

const ENTRY = members('v tenant at actor action resource result details')

/** Entries of the audit log stand in a segment as texts of JSON: each is shown as one again. */
function segment(value: unknown): unknown {
  const told = shown(value, VALUES['audit']!)
  if (typeof value !== 'object' || value === null || !('entries' in value) || !Array.isArray(value.entries)) return told
  return { ...(told as object), entries: value.entries.map(entryText) }
}

function entryText(entry: unknown): string {
  try {
    return JSON.stringify(shown(JSON.parse(String(entry)), ENTRY))
  } catch {
    return LEFT_OUT
  }
}
