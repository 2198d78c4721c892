/** What is said of a call in the table, and the words to say it with. */
import type { z } from 'zod'
import { DATABASE_LATER, type ErrorCode } from '../../kernel/error-code.ts'
import type { Right } from './rights.ts'

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export interface CallSpec<Input extends z.ZodType = z.ZodType, Output extends z.ZodType = z.ZodType> {
  /** One JSON object. */
  readonly input: Input
  /** Of `data`, of each piece of a stream, or of each event. */
  readonly output: Output
  /** One answer, a body of bytes, or answers as they come. */
  readonly shape: 'data' | 'stream' | 'events'
  /** What a caller must have. */
  readonly right: Right
  /** Of its HTTP form. */
  readonly method: HttpMethod
  /** From the root of the interface; `{member}` stands for a member of the input. */
  readonly path: `/${string}`
  /** What it can answer besides {@link EVERY_CALL_ERRORS}. */
  readonly errors: readonly ErrorCode[]
  /** Names the entry in the audit log; a call without one only reads. */
  readonly action?: string
  /** What the entry is about. It sees what was given, which may be refused for its form. */
  about?(input: z.output<Input>): string
  /** What else the entry says; no reason, since that may name a person. It sees the same. */
  facts?(input: z.output<Input>): Readonly<Record<string, unknown>>
}

/** Any call: what it was given, who asks, the way to it, the database, the machine, and a bug. */
export const EVERY_CALL_ERRORS: readonly ErrorCode[] = [
  'CONFIG_INVALID',
  'NOT_PERMITTED',
  'NOT_INITIALIZED',
  'USAGE',
  'ABORTED',
  'OWNER_EXISTS',
  'OWNER_GONE',
  ...DATABASE_LATER,
  'DATABASE_MISSING',
  'DATABASE_POOLED',
  'DATABASE_ROLES_MISSING',
  'DISK_FULL',
  'PERMISSION_DENIED',
  'PROCESS_LIMIT',
  'STORAGE_FAILED',
  'INTERNAL',
]

/** Every call that opens the repository. */
export const REPOSITORY_ERRORS = [
  'STORAGE_UNAVAILABLE',
  'REPOSITORY_MISSING',
  'REPOSITORY_NOT_FOUND',
  'REPOSITORY_KEYS_LOST',
  'REPOSITORY_LOCKED',
  'REBUILD_NEEDED',
  'ROLLBACK_SUSPECTED',
  'DAMAGED',
  'KEY_WRONG',
  'KEY_UNPROVEN',
  'FORMAT_TOO_NEW',
  'FEATURE_UNSUPPORTED',
  'PLATFORM_UNSUPPORTED',
  'NO_SPACE_RESERVED',
  'INDEX_FULL',
] as const satisfies readonly ErrorCode[]

interface Row<Input extends z.ZodType, Output extends z.ZodType> {
  /** What a caller must have. */
  readonly right: Right
  /** Method and path of its HTTP form. */
  readonly http: `${HttpMethod} /${string}`
  /** One JSON object. */
  readonly input: Input
  /** Of `data`, of each piece of a stream, or of each event. */
  readonly output: Output
  /** What it can answer besides those of every call. Default: none. */
  readonly errors?: readonly ErrorCode[]
}

type Reading<Input extends z.ZodType, Output extends z.ZodType> = Omit<
  CallSpec<Input, Output>,
  'action' | 'about' | 'facts'
>
type Acting<Input extends z.ZodType, Output extends z.ZodType> = CallSpec<Input, Output> & { readonly action: string }

/** Changes nothing: it is asked again elsewhere when the owner goes. */
export function reads<Input extends z.ZodType, Output extends z.ZodType>(
  { http, errors = [], ...row }: Row<Input, Output>,
  shape: CallSpec['shape'] = 'data',
): Reading<Input, Output> {
  const [method, path] = http.split(' ') as [HttpMethod, `/${string}`]
  return { ...row, method, path, errors, shape }
}

/** Has an entry in the audit log, however it ends. */
export function acts<Input extends z.ZodType, Output extends z.ZodType>(
  row: Row<Input, Output> & {
    readonly action: string
    readonly about: (input: z.output<Input>) => string
    readonly facts?: (input: z.output<Input>) => Readonly<Record<string, unknown>>
  },
  shape: CallSpec['shape'] = 'data',
): Acting<Input, Output> {
  return { ...reads(row, shape), action: row.action, about: row.about, ...(row.facts && { facts: row.facts }) }
}
