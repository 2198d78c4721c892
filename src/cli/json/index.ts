/**
 * What every command answers with `--json`, and what it says meanwhile. For tests and generators: commands take the
 * types alone.
 */
import { z } from 'zod'
import type { Shown } from '../../contracts/system/index.ts'
import { bytes, count, failure } from './parts.ts'
import { POINT_ANSWERS } from './point-answers.ts'
import { REPOSITORY_ANSWERS } from './repository-answers.ts'
import { SYSTEM_ANSWERS } from './system-answers.ts'

/** By the command's name. */
export const ANSWERS = { ...POINT_ANSWERS, ...REPOSITORY_ANSWERS, ...SYSTEM_ANSWERS } as const

/** What a command that failed answers, whichever it is. */
export const FAILURE = z.strictObject({ error: failure })

const went = {
  event: z.literal('progress'),
  bytesDone: bytes,
  bytesExpected: bytes.nullable().describe('Null: not known yet.'),
  seconds: z.number().min(0).describe('Since it began.'),
  bytesPerSecond: count,
  secondsLeft: count.nullable().describe('Null: not known yet.'),
}
const files = { filesDone: count, filesExpected: count.nullable().describe('Null: not known yet.') }

/** Lines on standard error with `--progress json`. */
export const EVENT = z.discriminatedUnion('kind', [
  z.strictObject({ ...went, kind: z.literal('backup'), ...files, bytesAdded: bytes }),
  z.strictObject({ ...went, kind: z.enum(['restore', 'copy']), ...files }),
  z.strictObject({ ...went, kind: z.literal('verify'), packsDone: count }),
])

/** Lines on standard error with `-v` and `--json`. */
export const DETAIL = z.strictObject({
  event: z.literal('detail'),
  what: z.enum([
    'new',
    'changed',
    'metadata',
    'unchanged',
    'gone',
    'skipped',
    'restored',
    'kept',
    'deleted',
    'read',
    'copied',
    'rewritten',
    'condemned',
    'forgotten',
  ]),
  of: z.string().describe('A path, or the name of an object.'),
  reason: z.string().exactOptional().describe('Why, for people; absent where there is none to tell.'),
})

export type AnsweredCommand = keyof typeof ANSWERS
/** What the compiler holds a command to. */
export type AnswerOf<Name extends AnsweredCommand> = Shown<z.output<(typeof ANSWERS)[Name]>>
export type FailureAnswer = Shown<z.output<typeof FAILURE>>
export type DetailEvent = Shown<z.output<typeof DETAIL>>
export type ProgressEvent = Shown<z.output<typeof EVENT>>
