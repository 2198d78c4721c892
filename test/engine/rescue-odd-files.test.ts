// Goal: the rescue reader gives back all that is there, names what is lost and never waits, whatever stands in the place
// of an object. Method: a pipe, a folder and a sparse giant in place of a pack, of a snapshot and of an index segment.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { backup, makeRepository } from '../harness/repository.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const RESCUE = path.resolve(import.meta.dirname, '../../rescue/neonpro-rescue.ts')
const WAIT_MS = 60_000

const PUT: Readonly<Record<string, (file: string) => void>> = {
  'a pipe': (file) => void execFileSync('mkfifo', [file]),
  'a folder': (file) => void fs.mkdirSync(file),
  'a sparse giant': (file) => {
    fs.writeFileSync(file, '')
    fs.truncateSync(file, 2 ** 40)
  },
}

const objectsIn = (folder: string) =>
  new Set(
    fs
      .readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /^[0-9a-f]{64}$/.test(entry.name))
      .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name))),
  )

for (const [what, put] of Object.entries(PUT))
  for (const place of ['packs', 'snapshots', 'index/data'])
    test(`${what} in place of an object in ${place}: the rest is restored, what is lost is named`, async () => {
      using folder = temporaryDirectory()
      const source = path.join(folder.path, 'source')
      fs.mkdirSync(source)
      fs.writeFileSync(path.join(source, 'early'), 'e'.repeat(300_000))
      const made = await makeRepository(folder.path)
      const first = await backup(made, source)
      const before = objectsIn(made.folder)
      fs.writeFileSync(path.join(source, 'late'), 'l'.repeat(200_000))
      await backup(made, source)
      const tried = [...objectsIn(made.folder)].filter((name) => !before.has(name) && name.startsWith(`${place}/`))
      assert.ok(tried.length > 0)
      const key = made.kek.kind === 'raw' ? `base64:${Buffer.from(made.kek.key).toString('base64')}` : made.kek.text
      const restored = (name: string, target: string) =>
        spawnSync(
          process.execPath,
          [RESCUE, 'restore', '--repo', made.folder, name, source, '--target', path.join(folder.path, target)],
          { env: { ...process.env, BACKUP_ENCRYPTION_KEY: key }, timeout: WAIT_MS, encoding: 'utf8' },
        )
      for (const [i, name] of tried.entries()) {
        const file = path.join(made.folder, name)
        const kept = fs.readFileSync(file)
        fs.rmSync(file)
        put(file)
        const old = restored(first.snapshot, `old-${i}`)
        assert.equal(old.signal, null, 'it ends')
        assert.equal(fs.readFileSync(path.join(folder.path, `old-${i}`, 'early'), 'utf8'), 'e'.repeat(300_000), name)
        const latest = restored('latest', `latest-${i}`)
        assert.equal(latest.signal, null, 'it ends')
        assert.match(`${old.stderr}${latest.stderr}${latest.stdout}`, new RegExp(`${path.basename(file)}|late`), name)
        fs.rmSync(file, { recursive: true })
        fs.writeFileSync(file, kept)
      }
      assert.equal(restored('latest', 'whole').status, 0)
      assert.equal(fs.readFileSync(path.join(folder.path, 'whole', 'late'), 'utf8'), 'l'.repeat(200_000))
    })
