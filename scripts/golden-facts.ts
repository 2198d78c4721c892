/** What golden repositories are made of, and what is said of them. */
import { createCipheriv, createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'

/** AES-256-CTR of zeros: bytes that every language can make. */
export function keystream(bytes: number, seed = 7): Buffer {
  return createCipheriv('aes-256-ctr', Buffer.alloc(32, seed), Buffer.alloc(16)).update(Buffer.alloc(bytes))
}

/** SHA-256 of every file by its path, one character a byte. */
export function manifest(root: string): Record<string, string> {
  const found: Array<[string, string]> = []
  const visit = (directory: Buffer, prefix: string): void => {
    for (const name of fs.readdirSync(directory, { encoding: 'buffer' })) {
      const file = Buffer.concat([directory, Buffer.from('/'), name])
      const at = `${prefix}${name.toString('latin1')}`
      const stat = fs.lstatSync(file)
      if (stat.isDirectory()) visit(file, `${at}/`)
      else if (stat.isFile()) found.push([at, createHash('sha256').update(fs.readFileSync(file)).digest('hex')])
    }
  }
  visit(Buffer.from(root), '')
  return Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** What `golden.test.ts` holds a repository against. `source`: below what of a restored tree `latest` stands. */
export function writeFacts(
  folder: string,
  facts: { readonly key: string; readonly source: string; readonly latest: unknown; readonly vectors: unknown },
): void {
  const { key, source, latest, vectors } = facts
  const write = (name: string, value: unknown) =>
    fs.writeFileSync(path.join(folder, name), `${JSON.stringify(value, null, 2)}\n`)
  fs.writeFileSync(path.join(folder, 'key'), `${key}\n`)
  write('expected.json', { source, latest })
  write('vectors.json', vectors)
  writeManifest(folder)
}

/** Of the repository in `folder`. What is staged is no part of the format, and goes. */
export function writeManifest(folder: string): void {
  const root = path.join(folder, 'repository')
  fs.rmSync(path.join(root, '.staging'), { recursive: true, force: true })
  fs.writeFileSync(path.join(folder, 'manifest.json'), `${JSON.stringify(manifest(root), null, 2)}\n`)
}

/** Public: what golden repositories hold is nobody's secret. */
export const GOLDEN_KEY = `base64:${createHash('sha256').update('the key of the golden repository is public').digest('base64')}`
