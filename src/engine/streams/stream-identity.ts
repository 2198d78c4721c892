/**
 * Which stream a record belongs to (docs/format/v1.md section 17): the kind of log, the system that wrote it, and the
 * branch of that system's history. Its id is a keyed hash, so that whoever only sees the store learns no system's name.
 * No source of this program is in it: two configurations of one cluster share a stream.
 */
import { createHmac } from 'node:crypto'
import { hkdf } from '../crypto/index.ts'
import type { Repository } from '../repository/index.ts'
import { isStreamKind, type StreamKind } from './position.ts'

export interface StreamIdentity {
  readonly kind: StreamKind
  /** What the servers themselves say of it: a system identifier, a server's UUID, a replica set's id. */
  readonly system: string
  /** The number of the line, and behind `~` how often it began anew: `2`, `2~1`. */
  readonly branch: string
}

const ID_BYTES = 16
const SYSTEM = /^[\x21-\x7e]{1,128}$/
const BRANCH = /^(0|[1-9][0-9]{0,9})(?:~([1-9][0-9]{0,9}))?$/
const U32_MAX = 2 ** 32 - 1
/** In the place of a branch: the stream of what is said of all branches of a system. */
const DIRECTORY = ''

interface BranchNumbers {
  readonly line: number
  /** How often the line began anew. */
  readonly count: number
}

/** Undefined for what names no branch. */
export function branchNumbers(branch: unknown): BranchNumbers | undefined {
  const [, line, count = '0'] = (typeof branch === 'string' && BRANCH.exec(branch)) || []
  const numbers = { line: Number(line), count: Number(count) }
  return line !== undefined && numbers.line <= U32_MAX && numbers.count <= U32_MAX ? numbers : undefined
}

export function isIdentity(value: unknown): value is StreamIdentity {
  const { kind, system, branch } = (value ?? {}) as Partial<Record<keyof StreamIdentity, unknown>>
  return isStreamKind(kind) && typeof system === 'string' && SYSTEM.test(system) && branchNumbers(branch) !== undefined
}

/** Under which the ids of streams are made: it stays the same for the repository's life. */
export function streamNameKey(
  { repositoryId, bundle }: Repository['keys'],
  tenant: Uint8Array = new Uint8Array(16),
): Buffer {
  const salt = Buffer.concat([repositoryId, tenant])
  return hkdf(Buffer.from(bundle.root, 'hex'), salt, { info: 'neonpro/v1/stream-names', bytes: 32 })
}

function idOf(nameKey: Uint8Array, { kind, system }: Omit<StreamIdentity, 'branch'>, branch: string): string {
  const text = `${kind}\0${system}\0${branch}`
  return createHmac('sha256', nameKey)
    .update(text)
    .digest('hex')
    .slice(0, ID_BYTES * 2)
}

/** 32 hexadecimal digits. */
export function streamId(nameKey: Uint8Array, identity: StreamIdentity): string {
  return idOf(nameKey, identity, identity.branch)
}

/** Where branches and beats of a system stand. */
export function directoryId(nameKey: Uint8Array, identity: Omit<StreamIdentity, 'branch'>): string {
  return idOf(nameKey, identity, DIRECTORY)
}

/** In the directory: the extent of what is said of a branch. */
export function directoryExtent(branch: string): bigint {
  const { line, count } = branchNumbers(branch)!
  return (BigInt(line) << 32n) + BigInt(count)
}

export function isSameStream(a: StreamIdentity, b: StreamIdentity): boolean {
  return a.kind === b.kind && a.system === b.system && a.branch === b.branch
}
