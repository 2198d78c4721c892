/**
 * Where this machine has met repositories, in the state folder: a place whose disk is away is so told from one where
 * none ever was, and no new, empty one is made on the mount point.
 */
import fs from 'node:fs'
import path from 'node:path'
import { readTextSync } from '../../kernel/regular-file.ts'
import { isLabel, isSameFolder } from '../../storage/index.ts'

/** In the folder of one repository. */
export const PLACE_FILE = 'place.json'
const BYTES_MAX = 64 * 1024

/** Id of a repository that was last met there from this machine; undefined where none is known. `place`: a label. */
export function repositoryKnownAt(stateDirectory: string, place: string): string | undefined {
  return folders(stateDirectory).find((id) => {
    const known = placeIn(path.join(stateDirectory, id))
    if (known === undefined) return false
    return known === place || ([known, place].every((each) => path.isAbsolute(each)) && isSameFolder(known, place))
  })
}

export function placeIn(folder: string): string | undefined {
  try {
    const { place } = JSON.parse(readTextSync(path.join(folder, PLACE_FILE), BYTES_MAX)) as { place?: unknown }
    return typeof place === 'string' && isLabel(place) ? place : undefined
  } catch {
    return undefined
  }
}

function folders(stateDirectory: string): string[] {
  try {
    return fs.readdirSync(stateDirectory).filter((name) => /^[0-9a-f]{32}$/.test(name))
  } catch {
    return []
  }
}
