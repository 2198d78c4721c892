/**
 * What a repository says of itself: its restore points, pins and holds. Facts for the catalog, which is a copy of them.
 */
import {
  type History,
  holdsOf,
  isGoodPoint,
  type RecordEntry,
  type Repository,
  type SnapshotDocument,
} from '../../engine/index.ts'
import { isoTime } from '../../kernel/clock.ts'
import { plainText, textFault, textsIn } from '../../kernel/text.ts'
import type { Holdings, PointFacts, ProtectionFacts } from './engine-protocol.ts'

const CONFIG_TAG = 'config:'

/**
 * The tag that says which configuration made a snapshot. It stands in the signed document: no database is needed to
 * tell.
 */
export function configTag(configId: string): string {
  return `${CONFIG_TAG}${configId}`
}

export function configOf({ tags }: Pick<SnapshotDocument, 'tags'>): string | null {
  return tags.find((tag) => tag.startsWith(CONFIG_TAG))?.slice(CONFIG_TAG.length) ?? null
}

/** `countsAt`: where the order of points knows better than its own clock. */
export function pointOf(
  snapshot: string,
  document: SnapshotDocument,
  countsAt: string = document.finishedAt,
): PointFacts {
  const { summary } = document
  return {
    snapshot,
    source: plainText(document.source),
    runId: document.runId ?? null,
    configId: configOf(document),
    createdAt: document.startedAt,
    finishedAt: document.finishedAt,
    countsAt,
    type: document.type,
    isComplete: isGoodPoint(document),
    bytes: summary.bytesProcessed,
    bytesAdded: summary.bytesAdded,
    files: summary.filesNew + summary.filesChanged + summary.filesUnmodified,
  }
}

/** Of `known`, what is forgotten or never was good is told as gone; what only can't be read is not. */
export function holdingsOf(repository: Repository, history: History, known: readonly string[]): Holdings {
  const neverGood = new Set([...history.unfinished, ...history.superseded].map(({ name }) => name))
  return {
    repositoryId: repository.keys.repositoryId.toString('hex'),
    points: history.order
      .filter(({ entry }) => entry.document.kind === 'snapshot')
      .map(({ entry: { name, document }, atMs }) => pointOf(name, document, isoTime(atMs))),
    protections: protectionsOf(history),
    gone: known.filter((name) => history.forgotten.has(name) || neverGood.has(name)),
  }
}

/** Pins and holds in force with text that no database takes, as `kind subject`. */
export function unstorableProtections(history: Pick<History, 'records'>): string[] {
  return history.records
    .filter(({ document }) => document.record === 'pin' || document.record === 'hold')
    .filter(({ document: { subject, by, value } }) =>
      [...textsIn({ subject, by, value })].some(({ text }) => textFault(text) !== undefined),
    )
    .map(({ document: { record, subject } }) => `${record} ${plainText(subject)}`)
}

/** Earlier versions took reasons that no database takes: U+FFFD stands for that. The repository goes by its own. */
function protectionsOf(history: History): ProtectionFacts[] {
  const holds = new Map(holdsOf(history).map((hold) => [hold.id, hold]))
  return history.records.flatMap(({ document }): ProtectionFacts[] => {
    const { record, generation, by, at } = document
    const subject = plainText(document.subject)
    if (record === 'pin')
      return [
        {
          record,
          subject,
          generation,
          snapshot: subject,
          source: null,
          reason: plainText(reasonOf(document)),
          until: null,
          by: plainText(by),
          at,
        },
      ]
    const hold = record === 'hold' ? holds.get(document.subject) : undefined
    return hold
      ? [
          {
            record: 'hold',
            subject,
            generation,
            snapshot: hold.snapshot,
            source: hold.source === null ? null : plainText(hold.source),
            reason: plainText(hold.reason),
            until: storableTime(hold.until),
            by: plainText(by),
            at,
          },
        ]
      : []
  })
}

/** What is no date never ends the hold; the catalog, which takes dates only, says so by none. */
function storableTime(text: string | null): string | null {
  const at = text === null ? Number.NaN : Date.parse(text)
  return Number.isNaN(at) ? null : isoTime(at)
}

function reasonOf({ value }: RecordEntry['document']): string {
  const reason = value?.['reason']
  return typeof reason === 'string' ? reason : ''
}
