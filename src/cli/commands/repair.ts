import {
  type DroppedDamage,
  dropDamage,
  type RepairResult,
  repairRepository,
  verifyRepository,
} from '../../engine/index.ts'
import { userName } from '../../kernel/machine.ts'
import { acceptAsked } from '../accept-rollback.ts'
import { listed } from '../act-notes.ts'
import type { CommandContext, CommandResult } from '../command.ts'
import type { AnswerOf } from '../json/index.ts'
import { openRepository } from '../open.ts'

const EXIT_INCOMPLETE = 3
/** Of each snapshot; --json lists more. */
const SHOWN_MAX = 100
const NOTHING: DroppedDamage = { packs: [], blobsLost: 0, blobsSaved: 0 }

export async function run(context: CommandContext): Promise<CommandResult<AnswerOf<'repair'>>> {
  const { t, say, warn, signal } = context
  const acceptsRollback = context.options['acceptRollback'] === true
  await using opened = await openRepository(context, { acceptsRollback, remakesConfig: true })
  const configRemade = opened.repository.isConfigRemade
  if (configRemade) {
    context.act?.done({ configRemade })
    say(t('repair.configRemade'))
  }
  const rollback = acceptsRollback ? await acceptAsked(context, opened.repository) : undefined
  if (rollback?.record != null) context.act?.done({ acceptedRollback: rollback.record })
  const forgetDamaged = context.options['forgetDamaged'] === true
  const result = await repairRepository(opened.repository, { forgetDamaged, by: userName(), signal })
  noteRepair(context, result)
  using writer = opened.state.claimWriter()
  const dropped =
    context.options['readData'] === true ? await dropDamage(opened.repository, writer.id, signal) : NOTHING
  const { packs, blobsLost, blobsSaved } = dropped
  if (packs.length > 0) context.act?.done({ ...listed('packsRewritten', packs), blobsLost, blobsSaved })
  const removed = [...result.segmentsRemoved, ...result.documentsRemoved]
  for (const of of removed) context.detail?.({ what: 'deleted', of })
  for (const of of result.copiesRestored) context.detail?.({ what: 'restored', of })
  for (const of of dropped.packs) context.detail?.({ what: 'rewritten', of })
  const isNothing =
    result.packsIndexed +
      removed.length +
      result.copiesRestored.length +
      result.packsDamaged.length +
      result.documentsLost.length +
      dropped.packs.length +
      (configRemade ? 1 : 0) ===
    0
  if (isNothing) say(t('repair.nothing'))
  if (result.packsIndexed > 0) say(t('repair.index', { segments: result.segmentsWritten, packs: result.packsIndexed }))
  for (const key of result.copiesRestored) say(t('repair.copy', { object: key }))
  for (const key of removed) say(t('repair.segment', { object: key }))
  for (const key of result.packsDamaged) warn(t('repair.pack', { object: key }))
  for (const key of result.documentsLost) warn(t(forgetDamaged ? 'repair.given' : 'repair.unreadable', { object: key }))
  for (const object of result.foreign) warn(t('object.foreign', { object }))
  if (dropped.packs.length > 0)
    warn(t('repair.dropped', { packs: dropped.packs.length, saved: dropped.blobsSaved, lost: dropped.blobsLost }))
  const { hits } = await verifyRepository(opened.repository, { signal })
  context.act?.about(
    listed(
      'snapshotsHit',
      hits.map(({ snapshot }) => snapshot),
    ),
  )
  for (const { snapshot, paths, pathCount } of hits) {
    for (const path of paths.slice(0, SHOWN_MAX)) warn(t('repair.lost', { snapshot: snapshot.slice(0, 12), path }))
    if (pathCount > SHOWN_MAX) warn(t('more', { count: pathCount - SHOWN_MAX }))
  }
  return {
    json: { ...result, configRemade, dropped, hits, ...(rollback && { rollback }) },
    exitCode: result.packsDamaged.length + result.documentsLost.length + hits.length > 0 ? EXIT_INCOMPLETE : 0,
  }
}

/** What it made whole, and what stays lost. */
function noteRepair({ act }: CommandContext, result: RepairResult): void {
  const { packsIndexed, segmentsWritten, segmentsRemoved, documentsRemoved, copiesRestored } = result
  const facts = {
    packsIndexed,
    ...listed('removed', [...segmentsRemoved, ...documentsRemoved]),
    ...listed('copiesRestored', copiesRestored),
    ...listed('packsDamaged', result.packsDamaged),
    ...listed('documentsLost', result.documentsLost),
  }
  const changes = segmentsWritten + segmentsRemoved.length + documentsRemoved.length + copiesRestored.length
  if (changes > 0) act?.done(facts)
  else act?.about(facts)
}
