/** Where places of this machine really lie, also those that are yet to be made: links move nothing out of a folder. */
import fs from 'node:fs'
import path from 'node:path'

/** What there is of a place: itself, or the nearest above it. A link that leads nowhere is not there. */
export function nearestPlace(place: string): string {
  let there = path.resolve(place)
  while (!fs.existsSync(there)) there = path.dirname(there)
  return there
}

/** As many as Linux follows. */
const LINKS_MAX = 40

/**
 * The real path of the nearest that is there, and what is to be made below it. A link to what is away, such as the
 * folder of a disk, is followed as if that were there.
 */
export function realPlace(place: string, linksMax = LINKS_MAX): string {
  const there = nearestPlace(place)
  const real = fs.realpathSync.native(there)
  const [next = '', ...rest] = path.relative(there, path.resolve(place)).split(path.sep)
  const link = next === '' || linksMax === 0 ? undefined : linkAt(path.join(real, next))
  if (link === undefined) return path.join(real, next, ...rest)
  return realPlace(path.resolve(real, link, ...rest), linksMax - 1)
}

function linkAt(place: string): string | undefined {
  try {
    return fs.readlinkSync(place)
  } catch {
    return undefined
  }
}

/** Of two absolute paths as they are written. */
export function isAtOrBelow(place: string, folder: string): boolean {
  return place === folder || place.startsWith(folder === '/' ? '/' : `${folder}/`)
}

/**
 * Whether a place is `outer` or lies in it, wherever links lead and by whatever name it is mounted: the folders above
 * it are also known by their inodes.
 */
export function isBehind(place: string, outer: string): boolean {
  if (isWithin(place, outer)) return true
  const folder = fs.statSync(outer, { throwIfNoEntry: false, bigint: true })
  if (!folder) return false
  for (let at = nearestPlace(realPlace(place)); ; at = path.dirname(at)) {
    const status = fs.statSync(at, { throwIfNoEntry: false, bigint: true })
    if (status?.ino === folder.ino && status.dev === folder.dev) return true
    if (at === path.dirname(at)) return false
  }
}

/** Whether a place is `outer` or lies in it, wherever links lead. */
export function isWithin(place: string, outer: string): boolean {
  return isAtOrBelow(realPlace(place), realPlace(outer))
}
