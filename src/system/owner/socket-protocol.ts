/**
 * What goes over the owner's socket: HTTP with one JSON object a call; bodies of bytes and events as they are. Both
 * ends are this program.
 */
import { z } from 'zod'
import { EVERY_RIGHT } from '../../contracts/system/index.ts'
import { accountCaller } from '../authorise.ts'
import type { Caller } from '../transport.ts'

export const CALL_PATH = '/call'
export const UPLOAD_PATH = '/upload'
/** Of what answers with a body. */
export const OPEN_PATH = '/open'
/** Asks the owner to make room; see ask-owner.ts. */
export const YIELD_PATH = '/yield'
/** Status of an answer that says: the owner goes, nothing was done, ask the next one. */
export const STATUS_MOVING = 503

export const yieldSchema = z.strictObject({ isStaying: z.boolean() })
export type YieldRequest = z.infer<typeof yieldSchema>
export interface YieldAnswer {
  readonly isYielding: boolean
}
/** Of an upload: the path and the caller, as JSON in base64url, since header values are ASCII. */
export const UPLOAD_HEADER = 'x-neonpro-upload'
export const CALL_BYTES_MAX = 16 * 1024 * 1024

/**
 * Without tenant and rights it is the account's own: only it reaches the socket, and an earlier version of this program
 * says no more. An owner of an earlier version, which knows no rights, refuses a caller who has less.
 */
const callerSchema = z
  .strictObject({
    actor: z.string().min(1).max(200),
    locale: z.enum(['en', 'pt-BR']),
    tenantId: z.string().optional(),
    rights: z.array(z.string()).optional(),
  })
  .transform(({ tenantId, rights, ...who }): Caller => {
    const own = accountCaller(who)
    return {
      ...own,
      tenantId: tenantId ?? own.tenantId,
      rights: rights ? EVERY_RIGHT.filter((right) => rights.includes(right)) : own.rights,
    }
  })

/** As it goes over the socket. */
export function toldCaller(caller: Caller): Partial<Caller> {
  const { actor, locale, tenantId, rights } = accountCaller(caller)
  const isOwn = caller.tenantId === tenantId && rights.every((right) => caller.rights.includes(right))
  return isOwn ? { actor, locale } : caller
}

export const callSchema = z.strictObject({ name: z.string(), input: z.unknown(), caller: callerSchema })
export const pathSchema = z.strictObject({ path: z.string(), caller: callerSchema })

export function encodeHeader(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

export function decodeHeader(text: string): unknown {
  return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
}
