/**
 * What `initializeBackupSystem` takes and `HOME/config.json` holds, but for the repository's place, which the storage
 * providers know: system/system-config.ts puts both together.
 */
import { z } from 'zod'
import { isMoment } from '../../kernel/moment.ts'
import {
  alertConfigSchema,
  filtersSchema,
  pathSchema,
  performanceSchema,
  retentionSchema,
  SOURCE_KIND_FORM,
} from './config-settings.ts'

const level = z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
/** No separator, no leading dot, nothing that a terminal or a file system takes for more than a letter. */
const BARE_NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/

export const loggerSchema = z.strictObject({
  level: level.optional(),
  format: z.enum(['json', 'pretty']).optional(),
  transports: z
    .array(
      z.discriminatedUnion('type', [
        /** A bare name: it lies in the log folder. */
        z.strictObject({
          type: z.literal('file'),
          filename: z.string().regex(BARE_NAME).optional(),
          level: level.optional(),
        }),
        z.strictObject({ type: z.literal('console'), colorize: z.boolean().optional(), level: level.optional() }),
      ]),
    )
    .optional(),
})

export const systemOptionsSchema = z.strictObject({
  /** Where database, caches and logs of the system lie; default NEONPRO_BACKUP_HOME, else one fixed place a user. */
  home: pathSchema.optional(),
  /** A PostgreSQL control plane; none means the embedded one. */
  databaseUrl: z.string().min(1).optional(),
  /** Default true: due runs start in the owner's process. */
  scheduler: z.boolean().optional(),
  performance: performanceSchema.optional(),
  retention: retentionSchema.optional(),
  filters: filtersSchema.optional(),
  alertConfig: alertConfigSchema.optional(),
  logger: loggerSchema.optional(),
})
export type SystemOptionsInput = z.input<typeof systemOptionsSchema>
export type SystemOptions = z.output<typeof systemOptionsSchema>
export type LoggerConfig = z.output<typeof loggerSchema>

/** `createRecoveryRequest`'s options. */
export const recoveryOptionsSchema = z.strictObject({
  /** A folder: takes points of every kind, as files. Or `target`. */
  targetPath: pathSchema.optional(),
  /** What a driver reaches, of the point's own kind: the point is written back into it. */
  target: z
    .strictObject({ kind: z.string().regex(SOURCE_KIND_FORM), settings: z.record(z.string(), z.unknown()) })
    .optional(),
  /** true = always, false = never, or a mode's name; default if-changed. */
  overwrite: z.union([z.boolean(), z.enum(['always', 'if-changed', 'if-newer', 'never'])]).optional(),
  priority: z.enum(['LOW', 'NORMAL', 'HIGH', 'CRITICAL']).optional(),
  /** For PARTIAL_RESTORE: paths or globs. */
  paths: z.array(z.string().min(1)).optional(),
  /** A folder of the point whose inside becomes the target's; without it the whole path is made below the target. */
  subtree: z.string().min(1).optional(),
  /** For POINT_IN_TIME. */
  at: z.string().refine(isMoment).optional(),
  verify: z.boolean().optional(),
  deleteExtra: z.boolean().optional(),
})
export type RecoveryOptions = z.input<typeof recoveryOptionsSchema>

/** A date or a time with its offset: kernel/moment.ts. */
export const momentSchema = z.string().refine(isMoment)

export const listBackupsFilterSchema = z.strictObject({
  configId: z.string().optional(),
  status: z.string().optional(),
  type: z.string().optional(),
  from: momentSchema.optional(),
  to: momentSchema.optional(),
})
export const paginationSchema = z.strictObject({
  page: z.number().int().min(1).optional(),
  limit: z.number().int().min(1).max(1000).optional(),
})
