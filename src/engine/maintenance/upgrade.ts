/**
 * Brings a repository of the format's first version to this one (docs/format/v1.md section 3). Nothing that is stored
 * is touched: it is the configuration that says which programs may work in it. Stopped anywhere, the next call goes on.
 */
import { announceVersion, olderWriters, removeFirstConfigs } from '../commit/index.ts'
import { configGenerationOf, type Repository, requireFeatures } from '../repository/index.ts'

export interface UpgradeResult {
  /** True when this call has changed something. */
  readonly isUpgraded: boolean
  readonly version: string
  readonly generation: number
  /**
   * Sessions of writers that may be alive and know only the first version: while there is one, nothing new is stored.
   */
  readonly olderWriters: ReadonlyArray<{ readonly session: string; readonly host: string | null }>
}

/**
 * Programs of the first version can not open the repository afterwards (FORMAT_TOO_NEW). Throws FEATURE_UNSUPPORTED,
 * ROLLBACK_SUSPECTED and DAMAGED as a change of the keys does.
 */
export async function upgradeRepository(
  repository: Repository,
  options: { readonly signal?: AbortSignal } = {},
): Promise<UpgradeResult> {
  for (const work of ['write', 'delete'] as const) requireFeatures(repository.config, work)
  const before = configGenerationOf(repository.config)
  await announceVersion(repository, options.signal)
  const removed = await removeFirstConfigs(repository)
  const { config } = repository
  return {
    isUpgraded: removed.length > 0 || configGenerationOf(config) > before,
    version: config.version,
    generation: configGenerationOf(config),
    olderWriters: (await olderWriters(repository)).map(({ key, host = null }) => ({ session: key, host })),
  }
}
