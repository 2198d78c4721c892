/** What an installation does, step by step: the same list is shown by `--dry-run` and carried out without it. */
import fs from 'node:fs'
import path from 'node:path'
import { BackupError, systemCode } from '../../kernel/backup-error.ts'
import { makeDirectories } from '../../kernel/directories.ts'
import { publishFile } from '../../kernel/published-file.ts'
import { type Account, isLive, type ServicePlaces } from './places.ts'
import { runTool } from './tool.ts'
import { accountFileText, dropInText, unitText } from './unit.ts'

/** What a step brings; said by the message `service.KIND`. */
export const StepKind = { ACCOUNT: 'account', FOLDER: 'folder', FILE: 'file', KEY: 'key' } as const
export type StepKind = (typeof StepKind)[keyof typeof StepKind]

export interface Step {
  readonly kind: StepKind
  /** A path or a name, as the service sees it. */
  readonly target: string
  readonly run: () => void
}

export interface PlanOptions {
  readonly node: readonly string[]
  readonly program: string
  /** A key file whose copy the service is to open with. */
  readonly keyFrom: string | undefined
  /** Asked for again after the account was made. */
  readonly account: () => Account | undefined
}

/** Only what is not as it should be. Nothing has changed before a step is run. */
export function planOf(places: ServicePlaces, options: PlanOptions): Step[] {
  const { at, home, logs, unit, dropIn, keyFile, repository, repositoryFolder, accountFile } = places
  const own = options.account
  const folder = (target: string, mode: number, owner: (() => Account | undefined) | undefined): Step[] =>
    isFolder(at(target), mode, owner?.()) && !isOwnerToCome(places, owner)
      ? []
      : [{ kind: 'folder', target, run: () => makeFolder(at(target), mode, owner?.()) }]
  const file = (target: string, text: string): Step[] =>
    isFile(at(target), text) ? [] : [{ kind: 'file', target, run: () => writeFile(at(target), text) }]
  const isMissing = repositoryFolder !== undefined && !fs.existsSync(at(repositoryFolder))
  return [
    ...accountSteps(places),
    ...(isLive(places) ? [] : file(accountFile, accountFileText(places))),
    ...folder(home, 0o750, own),
    ...folder(logs, 0o750, own),
    ...(isMissing ? folder(repositoryFolder, 0o700, own) : []),
    ...folder(path.dirname(keyFile), 0o700, undefined),
    ...keySteps(places, options.keyFrom),
    ...file(unit, unitText(places, options)),
    ...(repository !== undefined || !home.startsWith('/var/lib/') ? file(dropIn, dropInText(places)) : []),
  ]
}

/** In an image the account is made at its first start, by the file that is laid there. */
function accountSteps(places: ServicePlaces): Step[] {
  if (places.account || !isLive(places)) return []
  const { user, home } = places
  const args = ['--system', '--home-dir', home, '--no-create-home', '--shell', '/usr/sbin/nologin', user]
  return [{ kind: 'account', target: user, run: () => makeAccount(user, args) }]
}

function makeAccount(user: string, args: readonly string[]): void {
  const { error, status, stderr } = runTool('useradd', args)
  if (error || status !== 0)
    throw new BackupError('PERMISSION_DENIED', 'The user could not be made.', {
      context: { key: `useradd ${args.join(' ')}`, user, cause: systemCode(error) },
      cause: error ?? new Error(stderr),
    })
}

/** A key that is there is never replaced: what it opens would be lost with it. */
function keySteps({ at, keyFile }: ServicePlaces, from: string | undefined): Step[] {
  if (from === undefined || fs.existsSync(at(keyFile))) return []
  const run = () => {
    publishFile(at(keyFile), keyBytes(from), { mode: 0o600 })
    fs.chownSync(at(keyFile), process.getuid!(), process.getgid!())
  }
  return [{ kind: 'key', target: keyFile, run }]
}

/** Opening a pipe would wait for its writer, and nothing could end that. */
function keyBytes(file: string): Buffer {
  try {
    if (!fs.statSync(file).isFile()) throw Object.assign(new Error('no regular file'), { code: 'ESPIPE' })
    return fs.readFileSync(file)
  } catch (error) {
    throw new BackupError('KEY_FILE_UNREADABLE', `The key file ${file} can't be read.`, {
      context: { path: file, cause: systemCode(error) },
      cause: error,
    })
  }
}

/** The folder of a user that this very plan makes cannot be that user's yet. */
function isOwnerToCome(places: ServicePlaces, owner: (() => Account | undefined) | undefined): boolean {
  return owner !== undefined && !owner() && isLive(places)
}

function isFolder(folder: string, mode: number, owner: Account | undefined): boolean {
  const status = fs.statSync(folder, { throwIfNoEntry: false })
  if (!status?.isDirectory()) return false
  const isClosed = (status.mode & 0o777 & ~mode) === 0
  return isClosed && (owner === undefined || (status.uid === owner.uid && status.gid === owner.gid))
}

function makeFolder(folder: string, mode: number, owner: Account | undefined): void {
  makeDirectories(folder, { mode })
  // A link that somebody laid there is not followed to other folders' rights.
  const descriptor = fs.openSync(folder, fs.constants.O_RDONLY | fs.constants.O_DIRECTORY | fs.constants.O_NOFOLLOW)
  try {
    fs.fchmodSync(descriptor, mode)
    const { uid } = fs.fstatSync(descriptor)
    if (owner && uid !== owner.uid) handOver(folder, uid, owner)
    if (owner) fs.fchownSync(descriptor, owner.uid, owner.gid)
  } finally {
    fs.closeSync(descriptor)
  }
}

/**
 * What the folder's former owner has in it: a database that root made would keep the service out of its own HOME.
 * Links are not followed, and nobody else's files change hands.
 */
function handOver(folder: string, from: number, to: Account): void {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name)
    const { uid, nlink } = fs.lstatSync(file)
    if (uid !== from || (!entry.isDirectory() && nlink > 1)) continue
    if (entry.isDirectory()) handOver(file, from, to)
    fs.lchownSync(file, to.uid, to.gid)
  }
}

function isFile(file: string, text: string): boolean {
  return fs.existsSync(file) && fs.readFileSync(file, 'utf8') === text
}

function writeFile(file: string, text: string): void {
  makeDirectories(path.dirname(file), { mode: 0o755 })
  publishFile(file, text, { mode: 0o644 })
}
