/**
 * Where this machine has met repositories, in the state folder: a place whose disk is away is so told from one where
 * none ever was, and no new, empty one is made on the mount point.
 */
import fs from 'node:fs'
import path from 'node:path'
import { realPlace } from '../../kernel/real-place.ts'
import { readTextSync } from '../../kernel/regular-file.ts'
import { folderHoldsRepository, isLabel, isSameFolder } from '../../storage/index.ts'

/** In the folder of one repository. */
export const PLACE_FILE = 'place.json'
const BYTES_MAX = 256 * 1024
/** A repository has its own, copies of it that somebody looked into, and other ways that lead there. */
export const PLACES_MAX = 32

/** Ids of the repositories that were met there from this machine. `place`: a label. */
export function repositoriesKnownAt(stateDirectory: string, place: string): string[] {
  return folders(stateDirectory).filter((id) =>
    placesIn(path.join(stateDirectory, id)).some((known) => isSame(known, place)),
  )
}

/** One of them; undefined where none is known. */
export function repositoryKnownAt(stateDirectory: string, place: string): string | undefined {
  return repositoriesKnownAt(stateDirectory, place)[0]
}

/** Absolute folders of all repositories that were met from this machine and still are one. */
export function repositoriesMet(stateDirectory: string): string[] {
  const places = folders(stateDirectory).flatMap((id) => placesIn(path.join(stateDirectory, id)))
  return [...new Set(places)].filter((each) => path.isAbsolute(each) && folderHoldsRepository(each))
}

/** The last met first. */
export function placesIn(folder: string): readonly string[] {
  try {
    const told = JSON.parse(readTextSync(path.join(folder, PLACE_FILE), BYTES_MAX)) as Record<string, unknown>
    // One place alone was kept once.
    return [told['places'] ?? told['place']]
      .flat()
      .filter((each): each is string => typeof each === 'string' && isLabel(each))
  } catch {
    return []
  }
}

/**
 * With the place as it is written, and where that really is: a link may lead elsewhere once the disk is away. A mirror
 * that is looked into once takes no place away.
 */
export function withPlace(known: readonly string[], place: string): string[] {
  const ways = path.isAbsolute(place) ? [realPlace(place), path.resolve(place)] : [place]
  return [...new Set([...ways, ...known])].slice(0, PLACES_MAX)
}

function isSame(known: string, place: string): boolean {
  return known === place || ([known, place].every((each) => path.isAbsolute(each)) && isSameFolder(known, place))
}

function folders(stateDirectory: string): string[] {
  try {
    return fs.readdirSync(stateDirectory).filter((name) => /^[0-9a-f]{32}$/.test(name))
  } catch {
    return []
  }
}
