import { randomUUID } from 'node:crypto'
import { type ConfigInput, storedSettings } from '../../contracts/system/index.ts'
import { nowMs } from '../../kernel/clock.ts'
import { pingWarnings } from '../alarms/index.ts'
import { sealHealthcheck } from '../control-key/index.ts'
import { checkSource, repositoryRoots } from '../execution/index.ts'
import type { SystemParts } from '../parts.ts'
import { ensureDueTimes } from '../scheduling/index.ts'
import { nameTaken } from './config-row.ts'
import { parseConfigInput } from './parse-config-input.ts'
import {
  askedRepository,
  heldRepositoryId,
  parseDefaults,
  type SavedConfig,
  type SaveOptions,
  saved,
  sealedSource,
  warningsAbout,
} from './save-config.ts'

/**
 * What `createConfig` would refuse of it, before a database and a repository are made for it. Throws CONFIG_INVALID,
 * SOURCE_UNREADABLE, SOURCE_FAILED, SOURCE_NOT_AVAILABLE.
 */
export async function checkNewConfig(
  input: ConfigInput,
  parts: Pick<SystemParts, 'locale' | 'defaults' | 'sources'> & { readonly roots: readonly string[] },
  signal?: AbortSignal,
): Promise<void> {
  const { settings, reach } = parseConfigInput(input, parseDefaults(parts))
  await checkSource(parts, { source: settings.source, reach }, signal)
}

/**
 * Saves a configuration and plans its first run, in one transaction; then records it in the repository (RECORD_PENDING
 * where that has to wait). Throws CONFIG_INVALID, CONFIG_EXISTS, SOURCE_UNREADABLE, SOURCE_FAILED,
 * SOURCE_NOT_AVAILABLE, REPOSITORY_UNKNOWN and what opening the repository that it names throws: then nothing is saved.
 */
export async function createConfig(
  parts: SystemParts,
  input: ConfigInput,
  by: string,
  options: SaveOptions = {},
): Promise<SavedConfig> {
  const parsed = parseConfigInput(input, parseDefaults(parts))
  const { name, enabled } = parsed
  const id = randomUUID()
  const settings = sealHealthcheck(parts.secrets, id, parsed.settings)
  const place = { roots: await repositoryRoots(parts), sources: parts.sources }
  await checkSource(place, { source: settings.source, reach: parsed.reach }, options.signal)
  const repository = await askedRepository(parts, parsed.repository)
  const createdAt = new Date(nowMs())
  try {
    await parts.catalog.transaction(async (tx) => {
      await tx
        .insertInto('configs')
        .values({
          id,
          tenant_id: parts.tenantId,
          name,
          kind: settings.source.kind,
          settings: JSON.stringify(storedSettings(settings)),
          source_sealed: sealedSource(parts, id, parsed),
          enabled,
          repository_id: repository ? await heldRepositoryId(tx, repository) : null,
          created_by: by,
          created_at: createdAt,
          updated_at: createdAt,
        })
        .execute()
      await ensureDueTimes(tx, parts, { id, enabled, settings, createdAt })
    }, options)
  } catch (error) {
    throw nameTaken(error, name)
  }
  return await saved(parts, id, {
    warnings: [
      ...parsed.warnings,
      ...warningsAbout(parts, settings),
      ...(await pingWarnings(parts, { id, name, settings })),
    ],
    signal: options.signal,
  })
}
