/** The calls of the table whose answer, or whose input, is a body of bytes, and those that answer as things happen. */
import { z } from 'zod'
import { bytes, sha256, text, time } from './answer-parts.ts'
import { acts, REPOSITORY_ERRORS, reads } from './call-spec.ts'
import { run } from './view-schemas.ts'
import type { RunEventView } from './views.ts'
import { RunEventKind, RunState } from './vocabulary.ts'

const userId = z.string().min(1).max(200).optional()
const id = z.string().min(1)

export const runEvent = z.strictObject({
  id: text.nullable().describe('To go on after it. Null: of progress, which is told to whom listens alone.'),
  kind: z.enum(RunEventKind),
  state: z.enum(RunState).describe('Of the run, by this event.'),
  at: time,
  run,
}) satisfies z.ZodType<RunEventView>

export const STREAM_CALLS = {
  /** The body is the file. */
  'storage.upload': acts(
    {
      ...{ right: 'file.write', http: 'PUT /files/content', action: 'storage.upload' },
      input: z.strictObject({ path: z.string(), userId }),
      output: z.strictObject({ path: text, bytes, sha256 }),
      errors: ['SOURCE_UNREADABLE', ...REPOSITORY_ERRORS],
      about: ({ path }) => `user:${path}`,
    },
    'stream',
  ),
  'storage.download': acts(
    {
      ...{ right: 'file.read', http: 'GET /files/content', action: 'storage.download' },
      input: z.strictObject({ path: z.string(), userId }),
      output: z.instanceof(Uint8Array),
      errors: ['FILE_NOT_FOUND', ...REPOSITORY_ERRORS],
      about: ({ path }) => `user:${path}`,
    },
    'stream',
  ),
  /** One file as it is, or a folder as an archive. Written down: what patients trust us with leaves the repository. */
  'point.dump': acts(
    {
      ...{ right: 'point.download', http: 'GET /points/{pointId}/content', action: 'point.dump' },
      input: z.strictObject({
        pointId: id,
        path: z.string().min(1),
        format: z.enum(['raw', 'tar', 'zip']).optional(),
        userId,
      }),
      output: z.instanceof(Uint8Array),
      errors: ['POINT_NOT_FOUND', 'SNAPSHOT_NOT_FOUND', 'ID_AMBIGUOUS', 'NOT_FOUND', ...REPOSITORY_ERRORS],
      about: ({ pointId, path }) => `point:${pointId}:${path}`,
    },
    'stream',
  ),
  /** What becomes of runs, of whatever process they are, in the order of their commits; ends when nobody listens. */
  'run.events': reads(
    {
      ...{ right: 'backup.read', http: 'GET /run-events' },
      input: z.strictObject({ after: z.string().min(1).max(60).optional(), runId: id.optional() }),
      output: runEvent,
      errors: ['RUN_NOT_FOUND'],
    },
    'events',
  ),
} as const

export type StreamCallName = keyof typeof STREAM_CALLS
/** Those whose answer is a body: the bytes of a file, or events as JSON, one a line. */
export type OpenCallName = Exclude<StreamCallName, 'storage.upload'>
export type OpenCallInput<Name extends OpenCallName> = z.output<(typeof STREAM_CALLS)[Name]['input']>

export function isOpenCall(name: string): name is OpenCallName {
  return Object.hasOwn(STREAM_CALLS, name) && name !== 'storage.upload'
}
