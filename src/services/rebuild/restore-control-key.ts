/** Brings the control key back: with it the sealed URLs open, and people have the pseudonyms they had. */
import { sql } from 'kysely'
import type { StoredSettings } from '../../contracts/system/index.ts'
import { RecordKind } from '../../engine/index.ts'
import { isoTime, nowMs } from '../../kernel/clock.ts'
import {
  ControlKey,
  findMaster,
  type Master,
  newestOf,
  newMaster,
  openMaster,
  parseWrapped,
  putMaster,
  resealHealthcheck,
  sourcePurpose,
  targetPurpose,
  unwrapMaster,
  wrapMaster,
} from '../control-key/index.ts'
import { generationsBySubject, type RebuildContext } from './rebuild-context.ts'

export interface RestoredKey {
  readonly key: ControlKey
  /** Undefined where the repository keeps no control key: the database's own goes on. */
  readonly master: Master | undefined
}

/**
 * Any key of the repository opens it. What the database had sealed under a key of its own is sealed anew. Throws
 * KEY_WRONG, DAMAGED.
 */
export async function restoreControlKey(context: RebuildContext): Promise<RestoredKey> {
  const {
    parts: {
      tenantId,
      repository: { keks },
    },
    tx,
    repository,
    history,
  } = context
  const repositoryKek = repository.keys.controlPlaneKek
  const record = generationsBySubject(history, RecordKind.CONTROL_KEY).get(tenantId)?.at(-1)?.document
  const stored = await findMaster(tx, tenantId)
  const own = stored && openMaster(stored, keks, [repositoryKek]).master
  if (!record?.value) return { key: new ControlKey(own ?? (await makeOwn(context)), tenantId), master: undefined }
  const { master } = unwrapMaster(parseWrapped(record.value), [...keks, repositoryKek])
  const key = new ControlKey(master, tenantId)
  if (own?.id === master.id) return { key, master }
  if (own) await sealAnew(context, { from: new ControlKey(own, tenantId), to: key })
  const kek = newestOf(keks)
  const wrapped = wrapMaster(master, { kek, repositoryKek }, isoTime(nowMs()))
  await putMaster(
    tx,
    { generation: Math.max(stored?.generation ?? 0, record.generation) + 1, wrapped },
    { kek, tenantId },
  )
  return { key, master }
}

async function makeOwn({
  parts: {
    tenantId,
    repository: { keks },
  },
  tx,
  repository,
}: RebuildContext): Promise<Master> {
  const kek = newestOf(keks)
  const now = isoTime(nowMs())
  const master = newMaster(now)
  await putMaster(
    tx,
    { generation: 1, wrapped: wrapMaster(master, { kek, repositoryKek: repository.keys.controlPlaneKek }, now) },
    { kek, tenantId },
  )
  return master
}

interface Keys {
  readonly from: ControlKey
  readonly to: ControlKey
}

async function sealAnew(context: RebuildContext, keys: Keys): Promise<void> {
  await sealConfigs(context, keys)
  await sealTargets(context, keys)
}

async function sealConfigs({ parts: { tenantId }, tx }: RebuildContext, { from, to }: Keys): Promise<void> {
  const rows = await tx
    .selectFrom('configs')
    .select(['id', 'source_sealed', 'settings'])
    .where('tenant_id', '=', tenantId)
    .execute()
  for (const { id, source_sealed: sealed, settings } of rows) {
    const purpose = sourcePurpose(id)
    await tx
      .updateTable('configs')
      .set({
        settings: JSON.stringify(resealHealthcheck(settings as StoredSettings, id, { from, to })),
        ...(sealed !== null && { source_sealed: to.seal(from.open(sealed, purpose), purpose) }),
      })
      .where('id', '=', id)
      .execute()
  }
}

/** Of restores into sources. */
async function sealTargets({ parts: { tenantId }, tx }: RebuildContext, { from, to }: Keys): Promise<void> {
  const rows = await tx
    .selectFrom('recovery_requests')
    .select(['id', 'options'])
    .where('tenant_id', '=', tenantId)
    .where(sql<boolean>`options ? 'target'`)
    .execute()
  for (const { id, options } of rows) {
    const { target, ...others } = options as { readonly target: { readonly sealed: string } }
    const purpose = targetPurpose(id)
    const sealed = to.seal(from.open(Buffer.from(target.sealed, 'hex'), purpose), purpose).toString('hex')
    await tx
      .updateTable('recovery_requests')
      .set({ options: JSON.stringify({ ...others, target: { ...target, sealed } }) })
      .where('id', '=', id)
      .execute()
  }
}
