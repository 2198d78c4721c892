/** What is mounted where a place lies: "the file system is read-only" helps nobody who does not know which. */
import fs from 'node:fs'
import { BackupError } from './backup-error.ts'
import { isAtOrBelow, realPlace } from './real-place.ts'

const MOUNTS = '/proc/self/mountinfo'

export interface Mounted {
  /** The folder that it is mounted on. */
  readonly point: string
  /** A device, `server:/export`, or what the kernel calls it. */
  readonly source: string
  readonly kind: string
}

/** Undefined where the system does not tell. */
export function mountedAt(place: string): Mounted | undefined {
  try {
    const real = realPlace(place)
    const mounts = fs.readFileSync(MOUNTS, 'utf8').split('\n').flatMap(mountOf)
    // The later covers the earlier on the same folder.
    return mounts
      .filter(({ point }) => isAtOrBelow(real, point))
      .reduce<Mounted | undefined>(
        (best, each) => (!best || each.point.length >= best.point.length ? each : best),
        undefined,
      )
  } catch {
    return undefined
  }
}

/** `36 35 98:0 /root /point rw,noatime master:1 - ext3 /dev/sda1 rw`: proc(5). */
function mountOf(line: string): Mounted[] {
  const [before = '', after = ''] = line.split(' - ')
  const [point, kind, source] = [before.split(' ')[4], ...after.split(' ')]
  return point === undefined || kind === undefined || source === undefined
    ? []
    : [{ point: unescaped(point), kind, source: unescaped(source) }]
}

/** Spaces and their kind are written as octal numbers. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))
}

/** `/dev/sdb1 on /mnt/backup (ext4)`; undefined where that is not known. */
export function mountText(place: string): string | undefined {
  const mounted = mountedAt(place)
  return mounted && `${mounted.source} on ${mounted.point} (${mounted.kind})`
}

/** What the system refused since the file system of `place` takes no changes at all. */
export function readOnlyError(place: string, cause: unknown): BackupError {
  return new BackupError('FILE_SYSTEM_READ_ONLY', `${place} lies on a read-only file system.`, {
    context: { path: place, mounted: mountText(place), point: mountedAt(place)?.point ?? place },
    cause,
  })
}

/** The same as a reason, for an error that has its own way of naming the place. */
export function whyReadOnly(place: string): string {
  const mounted = mountText(place)
  return `The file system is read-only${mounted === undefined ? '' : ` (${mounted})`}`
}
