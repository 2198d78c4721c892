/**
 * What reading packs has said, by name: a verification that looks again, because somebody was at work beside it, does
 * not read again what it has read.
 */
import type { PackTask, PackVerdict } from './pack-verifier.ts'

export class PackReadings {
  packsRead = 0
  bytesRead = 0
  /** The first look has read its share. */
  hasEnded = false
  readonly #verdicts = new Map<string, PackVerdict & { readonly blobCount: number; readonly entryFrom: number }>()

  add(task: PackTask, verdict: PackVerdict): void {
    this.packsRead += 1
    this.bytesRead += verdict.bytesRead
    // One that was gone may be there again, or known to be gone, at the next look.
    if (!isMissing(verdict))
      this.#verdicts.set(verdict.name, { ...verdict, blobCount: task.blobCount, entryFrom: task.entryFrom })
  }

  /** The same verdict on the pack where it stands in another index; undefined for one that was not read. */
  of({ name, entryFrom, blobCount }: PackTask): PackVerdict | undefined {
    const known = this.#verdicts.get(name)
    if (known?.blobCount !== blobCount) return undefined
    const badEntries = known.badEntries.map((entry) => entry - known.entryFrom + entryFrom)
    return { name, faults: known.faults, bytesRead: known.bytesRead, badEntries }
  }
}

/** A pruner may have taken it away since it was listed. */
export function isMissing({ faults }: PackVerdict): boolean {
  return faults.some((fault) => fault.startsWith('is missing'))
}
