/**
 * A new embedded database, made ahead by the build: PostgreSQL's own `initdb` takes seconds of processor time, which
 * nobody should wait for at the first command of a system. It is taken only where it is exactly what this program would
 * make; everything else is made the slow way.
 */
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import zlib from 'node:zlib'
import { programFolder } from '../../kernel/program-files.ts'
import { migrations, schemaText } from '../schema.ts'

const ARCHIVE = 'template.zst'
const STAMP = 'template.json'
const LEVEL = 12

interface Stamp {
  /** Of all that the content depends on. */
  readonly origin: string
  /** Of the archive, hexadecimal. */
  readonly sha256: string
  readonly folders: readonly string[]
  /** In the order in which they stand in the archive, one behind the other. */
  readonly files: ReadonlyArray<{ readonly name: string; readonly bytes: number }>
}

/**
 * What decides how a new database looks: PGlite's version, the schema, and `setup`, the statements before it. A package
 * manager may bring a newer PGlite than the build had.
 */
function originOf(setup: string): string {
  const hash = createHash('sha256')
  const manifest = new URL('../package.json', import.meta.resolve('@electric-sql/pglite'))
  const { version } = JSON.parse(fs.readFileSync(manifest, 'utf8')) as { version: string }
  for (const part of [version, setup, schemaText(), ...migrations().map(({ text }) => text)])
    hash.update(`${part.length}:${part}`)
  return hash.digest('hex')
}

/** What the build has made ahead. */
function builtDatabase(): URL {
  return new URL('dist/embedded/', programFolder())
}

/** Fills an empty folder with the build's database. False, and nothing written, where there is none that fits. */
export async function fillAhead(target: string, setup: string, from: URL = builtDatabase()): Promise<boolean> {
  const found = await read(setup, from).catch(() => undefined)
  // A package without it, or with half of it, works as well, only slower.
  if (!found) return false
  for (const name of found.folders) fs.mkdirSync(path.join(target, name), { mode: 0o700 })
  let at = 0
  for (const { name, bytes } of found.files) {
    fs.writeFileSync(path.join(target, name), found.content.subarray(at, at + bytes), { mode: 0o600, flag: 'wx' })
    at += bytes
  }
  return true
}

async function read(setup: string, from: URL): Promise<(Stamp & { readonly content: Buffer }) | undefined> {
  const stamp = JSON.parse(fs.readFileSync(new URL(STAMP, from), 'utf8')) as Stamp
  if (stamp.origin !== originOf(setup)) return
  const archive = fs.readFileSync(new URL(ARCHIVE, from))
  if (createHash('sha256').update(archive).digest('hex') !== stamp.sha256) return
  const content = await promisify(zlib.zstdDecompress)(archive)
  return content.length === stamp.files.reduce((sum, { bytes }) => sum + bytes, 0) ? { ...stamp, content } : undefined
}

/** For the build: keeps a closed database where {@link fillAhead} finds it. */
export async function keepAhead(database: string, setup: string, to: URL = builtDatabase()): Promise<void> {
  const entries = fs.readdirSync(database, { recursive: true, withFileTypes: true })
  const nameOf = (entry: fs.Dirent) => path.relative(database, path.join(entry.parentPath, entry.name))
  const folders = entries.filter((entry) => entry.isDirectory()).map(nameOf)
  const names = entries.filter((entry) => entry.isFile()).map(nameOf)
  const contents = names.map((name) => fs.readFileSync(path.join(database, name)))
  const archive = await promisify(zlib.zstdCompress)(Buffer.concat(contents), {
    params: { [zlib.constants.ZSTD_c_compressionLevel]: LEVEL },
  })
  const stamp: Stamp = {
    origin: originOf(setup),
    sha256: createHash('sha256').update(archive).digest('hex'),
    // A folder before what is in it.
    folders: folders.sort(),
    files: names.map((name, i) => ({ name, bytes: contents[i]!.length })),
  }
  fs.mkdirSync(to, { recursive: true })
  fs.writeFileSync(new URL(ARCHIVE, to), archive)
  fs.writeFileSync(new URL(STAMP, to), `${JSON.stringify(stamp)}\n`)
}
