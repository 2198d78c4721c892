// Goal: a database's password never has to stand on a command line, and is refused there in every form that drivers
// take.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { failsWith } from '../../test/harness/refusal.ts'
import { temporaryDirectory } from '../../test/harness/temporary-directory.ts'
import { isBackupError } from '../kernel/backup-error.ts'
import { databaseUrlOf } from './database-option.ts'

const readFile = (file: string) => fs.promises.readFile(file, 'utf8')
const URL_WITH = 'postgresql://user:hunter2@localhost:5432/neonpro'

test('a URL comes from a variable, a file, standard input, or stands there without a password', async () => {
  using folder = temporaryDirectory()
  fs.writeFileSync(path.join(folder.path, 'url'), `${URL_WITH}\n# a note\n`)
  const places = { env: { CLINIC_URL: URL_WITH }, cwd: folder.path, readInput: async () => `${URL_WITH}\n`, readFile }
  for (const text of ['env:CLINIC_URL', 'file:url', `file:${folder.path}/url`, '-'])
    assert.equal(await databaseUrlOf(text, places), URL_WITH)
  for (const text of [
    'postgresql://user@localhost:5432/neonpro',
    'postgres://localhost/x?sslmode=require',
    'mongodb://a:27017,b:27017/d',
  ])
    assert.equal(await databaseUrlOf(text, places), text)
})

test('a password on the command line is refused in every form, and not repeated', async () => {
  const places = { env: {}, cwd: '/', readInput: async () => '', readFile }
  for (const text of [
    URL_WITH,
    'postgresql://user:hunter2@[::1]/d',
    'postgres://u@h/d?password=hunter2',
    'postgres://u@h/d?sslpassword=hunter2',
    'host=h password=hunter2',
    "host=h PASSWORD = 'hunter2'",
    'mysql://u:hunter2/x@h/d',
  ]) {
    await assert.rejects(
      databaseUrlOf(text, places),
      (error) => isBackupError(error, 'USAGE') && !inspect(error).includes('hunter2'),
      text,
    )
  }
})

test('a variable that is not set, an empty file and empty input are refused', async () => {
  using folder = temporaryDirectory()
  fs.writeFileSync(path.join(folder.path, 'empty'), '\n')
  const places = { env: { EMPTY: '' }, cwd: folder.path, readInput: async () => '', readFile }
  for (const text of ['env:ABSENT', 'env:EMPTY', 'file:empty', '-'])
    await assert.rejects(databaseUrlOf(text, places), failsWith('USAGE'), text)
  await assert.rejects(databaseUrlOf('file:absent', places), failsWith('SOURCE_UNREADABLE'))
})
