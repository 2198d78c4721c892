/**
 * Under which names a snapshot is known: its own, and those of what it was copied from (docs/format/v1.md section 11,
 * "Copies"). Two that share one are the same point, however often it was copied and by which way.
 */
import type { CopiedFrom, SnapshotDocument } from './documents.ts'

/** One text for each name. */
export function namesOfCopy({ repository, snapshot, origin }: CopiedFrom): string[] {
  return [{ repository, snapshot }, ...(origin ? [origin] : [])].map((each) => `${each.repository}/${each.snapshot}`)
}

/** The same of a snapshot that stands in `repository`. */
export function namesOf(
  repository: string,
  { name, document }: { readonly name: string; readonly document: Pick<SnapshotDocument, 'copiedFrom'> },
): string[] {
  return [`${repository}/${name}`, ...(document.copiedFrom ? namesOfCopy(document.copiedFrom) : [])]
}

/** What a copy of it says that is made from `repository`. */
export function copiedFromOf(
  repository: string,
  {
    name,
    document: { copiedFrom },
  }: { readonly name: string; readonly document: Pick<SnapshotDocument, 'copiedFrom'> },
): CopiedFrom {
  const { origin = copiedFrom && { repository: copiedFrom.repository, snapshot: copiedFrom.snapshot } } =
    copiedFrom ?? {}
  return { repository, snapshot: name, ...(origin && { origin }) }
}
