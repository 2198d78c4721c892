/** Where places of this machine really lie, also those that are yet to be made: links move nothing out of a folder. */
import fs from 'node:fs'
import path from 'node:path'

/** What there is of a place: itself, or the nearest above it. A link that leads nowhere is not there. */
export function nearestPlace(place: string): string {
  let there = path.resolve(place)
  while (!fs.existsSync(there)) there = path.dirname(there)
  return there
}

/** The real path of the nearest that is there, and what is to be made below it. */
export function realPlace(place: string): string {
  const there = nearestPlace(place)
  return path.join(fs.realpathSync.native(there), path.relative(there, path.resolve(place)))
}

/** Of two absolute paths as they are written. */
export function isAtOrBelow(place: string, folder: string): boolean {
  return place === folder || place.startsWith(folder === '/' ? '/' : `${folder}/`)
}

/** Whether a place is `outer` or lies in it, wherever links lead. */
export function isWithin(place: string, outer: string): boolean {
  return isAtOrBelow(realPlace(place), realPlace(outer))
}
