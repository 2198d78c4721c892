/** What may turn up in a repository's folder without its key: both readers are tried on the same. */
import { createHash, randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import type { TestRepository } from './repository.ts'

const FOLDERS = [
  'config',
  'keys',
  'packs',
  'packs/ab',
  'index/data',
  'index/meta',
  'snapshots',
  'checkpoints',
  'records',
  'audit',
  'sessions',
  'deletes',
  'confirms',
  'commits',
] as const
/** What stands before a name in a folder of objects. */
const BEFORE: Readonly<Record<string, readonly string[]>> = {
  config: ['a-', 'c-'],
  keys: ['00000001-a-', '00000002-b-', 'ffffffff-a-'],
  deletes: ['0000000000000001-', '00000000000000ff-'],
}

export const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex')

const foldersOf = (root: string) =>
  FOLDERS.map((folder) => {
    fs.mkdirSync(path.join(root, folder), { recursive: true })
    return path.join(root, folder)
  })

function place(file: string, bytes: Uint8Array | string): void {
  if (!fs.existsSync(file)) fs.writeFileSync(file, bytes)
}

const BEGUN = Buffer.from('4e50424b55500d0a05010100', 'hex')

/**
 * Objects that hash to their names and are nothing: by default an `x`, an empty one, bytes that begin like an object.
 */
export function plantHashed(root: string, contents: ReadonlyArray<Uint8Array | string> = ['x', '', BEGUN]): void {
  foldersOf(root)
  for (const bytes of contents) {
    for (const folder of FOLDERS)
      for (const before of BEFORE[folder] ?? ['']) place(path.join(root, folder, `${before}${sha256(bytes)}`), bytes)
    const name = sha256(bytes)
    fs.mkdirSync(path.join(root, 'packs', name.slice(0, 2)), { recursive: true })
    place(path.join(root, 'packs', name.slice(0, 2), name), bytes)
  }
}

/** Names that no object has: of other programs, of other forms, folders in the place of objects. */
export function plantForeignNames(root: string): void {
  for (const folder of foldersOf(root)) {
    for (const name of ['Thumbs.db', 'desktop.ini', 'notes (copy).txt', 'x'.repeat(64), 'ABCDEF'.padEnd(64, '0')])
      place(path.join(folder, name), 'somebody else was here')
    fs.mkdirSync(path.join(folder, 'new folder'), { recursive: true })
    fs.mkdirSync(path.join(folder, sha256(folder), 'below'), { recursive: true })
  }
  place(path.join(root, 'readme.txt'), 'hello')
}

/** Links, pipes and sparse giants under names that objects have. */
export function plantOddFiles(root: string, mkfifo: (file: string) => void): void {
  foldersOf(root)
  for (const folder of FOLDERS) {
    const [before = ''] = BEFORE[folder] ?? []
    const at = (seed: string) => path.join(root, folder, `${before}${sha256(`${folder} ${seed}`)}`)
    mkfifo(at('pipe'))
    fs.symlinkSync('/dev/zero', at('device'))
    fs.symlinkSync('/etc/passwd', at('link'))
    fs.symlinkSync(at('loop'), at('loop'))
    fs.writeFileSync(at('giant'), '')
    fs.truncateSync(at('giant'), 700 * 1024 * 1024)
  }
}

/** Every object of another repository, under its own name. */
export function plantObjectsOf(other: TestRepository, root: string): void {
  for (const entry of fs.readdirSync(other.folder, { recursive: true, withFileTypes: true })) {
    const key = path.relative(other.folder, path.join(entry.parentPath, entry.name))
    if (!entry.isFile() || key.startsWith('.')) continue
    fs.mkdirSync(path.dirname(path.join(root, key)), { recursive: true })
    place(path.join(root, key), fs.readFileSync(path.join(other.folder, key)))
  }
}

const hex = (bytes: number) => randomBytes(bytes).toString('hex')

/** Keyrings that nobody has signed, which ask for much work and stand in higher generations. */
export function plantKeyrings(
  root: string,
  repositoryId: string,
  cost: { readonly n: number; readonly p: number },
): void {
  for (const generation of [1, 2, 3]) {
    const body = {
      kind: 'keyring',
      repositoryId,
      generation,
      previous: null,
      createdAt: '2026-11-23T00:00:00.000Z',
      recipients: [0, 1, 2].map(() => ({
        id: hex(8),
        label: 'x',
        kind: 'passphrase',
        addedAt: '2026-11-23T00:00:00.000Z',
        scrypt: { ...cost, r: 8, salt: hex(16) },
        salt: hex(32),
        commitment: hex(32),
        wrapped: hex(48),
      })),
      salt: hex(32),
      bundle: hex(64),
    }
    const text = Buffer.from(JSON.stringify(body))
    const length = Buffer.alloc(4)
    length.writeUInt32LE(text.length)
    const bytes = Buffer.concat([length, text, Buffer.alloc(16, 0xff), randomBytes(64)])
    place(path.join(root, 'keys', `${generation.toString(16).padStart(8, '0')}-a-${sha256(bytes)}`), bytes)
  }
}
