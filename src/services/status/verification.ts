/**
 * When the repository was last verified: by the system itself, as a row; by "neonpro-backup verify" on this machine, in
 * the client state. The newer of the two counts.
 */
import type { LastVerification } from '../../contracts/system/index.ts'
import { ClientState } from '../../engine/index.ts'
import { isoTime, nowMs } from '../../kernel/clock.ts'
import { type RepositoryAccess, RepositoryRole, type SystemParts, type WithRepository } from '../parts.ts'

const SETTING = 'repository.verification'

function settingOf({ role, rowId }: RepositoryAccess): string {
  return role === RepositoryRole.FIRST ? SETTING : `${SETTING}:${rowId}`
}

/** Every stored byte was read. */
export async function noteVerification(
  { catalog, tenantId, repository }: WithRepository<Pick<SystemParts, 'catalog' | 'tenantId'>>,
  { problems }: { readonly problems: number },
): Promise<void> {
  const found: LastVerification = { at: isoTime(nowMs()), readShare: 1, problems }
  const value = JSON.stringify(found)
  await catalog.db
    .insertInto('settings')
    .values({ tenant_id: tenantId, name: settingOf(repository), value })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'name']).doUpdateSet({ value }))
    .execute()
}

export async function lastVerification({
  catalog,
  tenantId,
  repository,
}: WithRepository<Pick<SystemParts, 'catalog' | 'tenantId'>>): Promise<LastVerification | null> {
  const row = await catalog.db
    .selectFrom('settings')
    .select('value')
    .where('tenant_id', '=', tenantId)
    .where('name', '=', settingOf(repository))
    .executeTakeFirst()
  const { stateDirectory, repositoryId } = repository
  const here =
    repositoryId === undefined
      ? undefined
      : new ClientState(stateDirectory, Buffer.from(repositoryId, 'hex')).verification()
  const known = [row?.value as LastVerification | undefined, here].filter((each) => each !== undefined)
  return known.sort((a, b) => (a.at < b.at ? 1 : -1))[0] ?? null
}
