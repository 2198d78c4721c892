/** What is said where another repository stands in the place of the one that is known. */

/** For `again` of REPOSITORY_MISSING: the way on, where it is the copy that was put in the place of the lost one. */
export function otherInPlace(repositoryId: string, place: string): string {
  return `Another repository (${repositoryId.slice(0, 8)}) stands there now: if it is a copy of the lost one, mounted in its place, go on with it by "neonpro-backup system rebuild --repo ${place}".`
}
