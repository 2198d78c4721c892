/** The folder of a local repository in which objects are written before they are there. */
import path from 'node:path'

export const STAGING = '.staging'

/** The repository's folder; undefined for a workspace that lies in none. */
export function repositoryOfStaging(folder: string): string | undefined {
  return path.basename(folder) === STAGING ? path.dirname(folder) : undefined
}
