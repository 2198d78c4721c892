// Goal: doctor names what somebody else has put into the repository, and it is no failure. Method: the program over a
// repository with a stranger's files and a link in it.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { runCli } from './run-cli.ts'

test('doctor names foreign names of the repository in both languages', async () => {
  using folder = temporaryDirectory()
  const at = (name: string) => path.join(folder.path, name)
  const env = { BACKUP_ENCRYPTION_KEY: `file:${at('key')}`, NEONPRO_BACKUP_HOME: at('home') }
  await runCli(['key', 'generate', at('key')], { env })
  assert.equal((await runCli(['init', '--repo', at('repository')], { env })).status, 0)
  const clean = await runCli(['doctor', '--repo', at('repository')], { env })
  assert.doesNotMatch(String(clean.stdout), /not its own/)
  fs.writeFileSync(path.join(at('repository'), 'keys', 'Thumbs.db'), 'x')
  fs.symlinkSync('/etc/passwd', path.join(at('repository'), 'keys', 'link'))
  const told = await runCli(['doctor', '--repo', at('repository')], { env })
  assert.equal(told.status, clean.status)
  assert.match(String(told.stdout), /2 names in the repository that are not its own: keys\/Thumbs\.db, keys\/link/)
  const inPortuguese = await runCli(['doctor', '--repo', at('repository')], { env: { ...env, LANG: 'pt_BR.UTF-8' } })
  assert.match(String(inPortuguese.stdout), /2 nomes no repositório que não são dele/)
})
