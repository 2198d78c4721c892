import { dropDamage, type DroppedDamage, repairRepository, verifyRepository } from '../../engine/index.ts'
import type { CommandContext, CommandResult } from '../command.ts'
import { openRepository } from '../open.ts'

const EXIT_INCOMPLETE = 3
const NOTHING: DroppedDamage = { packs: [], blobsLost: 0, blobsSaved: 0 }

export async function run(context: CommandContext): Promise<CommandResult> {
  const { t, say, warn, signal } = context
  await using opened = await openRepository(context)
  const result = await repairRepository(opened.repository, { signal })
  using writer = opened.state.claimWriter()
  const dropped = context.options['readData'] === true ? await dropDamage(opened.repository, writer.id, signal) : NOTHING
  const isNothing = result.packsIndexed + result.segmentsRemoved.length + result.copiesRestored.length + result.packsDamaged.length + dropped.packs.length === 0
  if (isNothing) say(t('repair.nothing'))
  if (result.packsIndexed > 0) say(t('repair.index', { segments: result.segmentsWritten, packs: result.packsIndexed }))
  for (const key of result.copiesRestored) say(`+ ${key}`)
  for (const key of result.segmentsRemoved) say(`- ${key}`)
  for (const key of result.packsDamaged) warn(`! ${key}`)
  if (dropped.packs.length > 0) warn(t('repair.dropped', { packs: dropped.packs.length, saved: dropped.blobsSaved, lost: dropped.blobsLost }))
  const { hits } = await verifyRepository(opened.repository, { signal })
  for (const { snapshot, paths } of hits) for (const path of paths) warn(t('repair.lost', { snapshot: snapshot.slice(0, 12), path }))
  return { json: { ...result, dropped, lost: hits }, exitCode: result.packsDamaged.length + hits.length > 0 ? EXIT_INCOMPLETE : 0 }
}
