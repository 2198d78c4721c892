/**
 * HOME belongs to one user. One file of another in it, left by a single "status" of root, and the owner's service could
 * not open its database any more: so root goes on as the owner before anything is touched, or is refused.
 */
import fs from 'node:fs'
import path from 'node:path'
import { BackupError, systemCode } from '../kernel/backup-error.ts'
import { becomeUser, nameOfUser, type UserIds } from '../kernel/run-as.ts'
import { engineChildUrl } from '../services/execution/engine-child-url.ts'

export interface EnterOptions {
  /** A command may become somebody else; an application's process may not. */
  readonly mayBecomeOwner: boolean
  /** Files of the embedded database lie in HOME. */
  readonly isEmbedded: boolean
}

/**
 * Answers the name of the user that this process has become; undefined: it is the owner, or there is no HOME yet.
 * Throws HOME_FOREIGN.
 */
export function enterHome(home: string, { mayBecomeOwner, isEmbedded }: EnterOptions): string | undefined {
  const self = process.geteuid?.()
  const owner = ownerOf(home)
  if (self === undefined || owner === undefined || owner.uid === self) return undefined
  if (self !== 0) {
    if (isEmbedded && (owner.isOfFiles || !isWritable(home))) throw foreign(home, owner)
    return undefined
  }
  if (!mayBecomeOwner) throw foreign(home, owner)
  const refusal = becomeUser(owner)
  if (refusal !== undefined) throw foreign(home, owner, refusal)
  if (!canReadProgram()) throw foreign(home, owner, 'EACCES')
  return nameOfUser(owner.uid)
}

/** One that this user may not even look into. Throws HOME_FOREIGN. */
export function refuseClosedHome(home: string): void {
  const owner = ownerOf(home)
  if (owner === undefined || process.geteuid?.() === owner.uid) return
  try {
    fs.accessSync(home, fs.constants.R_OK | fs.constants.X_OK)
  } catch (error) {
    if (systemCode(error) === 'EACCES') throw foreign(home, owner)
  }
}

/** What the service would trip over says more than the folder, which may be a mount point. */
function ownerOf(home: string): (UserIds & { readonly isOfFiles: boolean }) | undefined {
  for (const place of [path.join(home, 'database'), path.join(home, 'owner.lock'), home]) {
    const stat = statOf(place)
    if (stat) return { uid: stat.uid, gid: stat.gid, isOfFiles: place !== home }
  }
  return undefined
}

function statOf(place: string): fs.Stats | undefined {
  try {
    return fs.statSync(place)
  } catch {
    return undefined
  }
}

function isWritable(folder: string): boolean {
  try {
    fs.accessSync(folder, fs.constants.W_OK | fs.constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Parts of it are loaded later, by this process and by its children. */
function canReadProgram(): boolean {
  try {
    fs.closeSync(fs.openSync(engineChildUrl(), 'r'))
    return true
  } catch {
    return false
  }
}

function foreign(home: string, { uid }: UserIds, cause?: string): BackupError {
  const [owner, user] = [nameOfUser(uid), nameOfUser(process.geteuid?.() ?? 0)]
  return new BackupError('HOME_FOREIGN', `${home} belongs to ${owner}; this process is ${user}.`, {
    context: { home, owner, user, cause },
  })
}
