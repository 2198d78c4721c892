/**
 * What goes over the owner's socket: HTTP with one JSON object a call; uploads and downloads as plain bodies. Both ends
 * are this program.
 */
import { z } from 'zod'

export const CALL_PATH = '/call'
export const UPLOAD_PATH = '/upload'
export const DOWNLOAD_PATH = '/download'
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

export const callerSchema = z.strictObject({ actor: z.string().min(1).max(200), locale: z.enum(['en', 'pt-BR']) })
export const callSchema = z.strictObject({ name: z.string(), input: z.unknown(), caller: callerSchema })
export const pathSchema = z.strictObject({ path: z.string(), caller: callerSchema })

export function encodeHeader(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

export function decodeHeader(text: string): unknown {
  return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
}
