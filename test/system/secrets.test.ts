// Goal: secrets that stand in the environment are found nowhere afterwards: not in the log at its loudest, not on the
// console or by DEBUG, not in an answer, not in the database's files, not in the repository. Method: an application in
// a process of its own, with runs and notices that fail; then every file is searched.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const PLANTED = {
  passphrase: 'PLANTED-cinco-cavalos-azuis',
  smtp: 'PLANTED-smtp-password',
  webhook: 'UExBTlRFRC13ZWJob29rLXNlY3JldA==',
  anon: 'PLANTED-anon-key',
  aws: 'PLANTED-aws-secret',
  azure: 'PLANTED-azure-key',
  database: 'PLANTED-database-password',
}

function* filesOf(folder: string): Generator<string> {
  for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) yield path.join(entry.parentPath, entry.name)
}

test('planted secrets are in no log, answer, database file or repository object', async () => {
  using folder = temporaryDirectory()
  for (const name of ['source', 'lost']) {
    fs.mkdirSync(path.join(folder.path, name))
    fs.writeFileSync(path.join(folder.path, name, 'file'), 'content')
  }
  const env = {
    PATH: process.env['PATH'] ?? '',
    LANG: 'C',
    NEONPRO_BACKUP_HOME: 'neonpro-data',
    TZ: 'UTC',
    BACKUP_ENCRYPTION_KEY: `passphrase:${PLANTED.passphrase}`,
    SMTP_URL: `smtp://user:${PLANTED.smtp}@127.0.0.1:9`,
    ALERT_EMAIL_FROM: 'a@example.org',
    ALERT_EMAIL_TO: 'b@example.org',
    WEBHOOK_URL: 'http://127.0.0.1:9/hook',
    WEBHOOK_SECRET: `whsec_${PLANTED.webhook}`,
    SUPABASE_URL: 'https://x.supabase.co',
    SUPABASE_ANON_KEY: PLANTED.anon,
    AWS_SECRET_ACCESS_KEY: PLANTED.aws,
    AZURE_STORAGE_KEY: PLANTED.azure,
    PLANTED_URL: `postgresql://user:${PLANTED.database}@localhost:5432/neonpro`,
  }
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'secrets-child.ts')], {
    cwd: folder.path,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said: string[] = []
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (piece: string) => said.push(piece))
  const [status] = (await once(child, 'close')) as [number]
  const text = said.join('')
  assert.equal(status, 0, text)
  const log = fs.readFileSync(path.join(folder.path, 'neonpro-data/backup.log'), 'utf8')
  assert.ok(
    log.split('\n').length > 10 && log.includes('"level":"debug"') && log.includes('"level":"info"'),
    `the log says little: ${log}`,
  )
  assert.match(text, /^backup:calls config\.create .*\+\d+ms$/m)
  assert.match(text, /^backup:system at work/m)
  assert.match(text, /SUPABASE_TABLES_EMPTY/)
  assert.match(text, /SOURCE_NOT_AVAILABLE/)
  const places = [
    { place: 'the console and the answers', bytes: Buffer.from(text) },
    ...[...filesOf(folder.path)].map((place) => ({ place, bytes: fs.readFileSync(place) })),
  ]
  assert.ok(places.length > 20)
  for (const [name, secret] of Object.entries(PLANTED)) {
    for (const { place, bytes } of places) assert.ok(!bytes.includes(secret), `${name} is in ${place}`)
  }
})
