// Goal: whoever stands before a repository without its key, or with one that is not taken, is sent to that key and to
// the recovery kit, and never told to make a new one: it would open nothing. Only where there is no repository yet a
// new key is the answer. Method: the program over an existing repository and over none, in both languages.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { after, before, test } from 'node:test'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { runCli } from './run-cli.ts'

const folder = temporaryDirectory()
const at = (name: string) => `${folder.path}/${name}`
const KEYS = {
  KEY_MISSING: '',
  KEY_PLACEHOLDER: 'your_32_character_encryption_key',
  KEY_REFUSED: 'hex:00',
  KEY_WEAK: 'passphrase:short',
} as const

before(async () => {
  const env = { BACKUP_ENCRYPTION_KEY: `file:${at('key')}` }
  assert.equal((await runCli(['key', 'generate', at('key')], { env })).status, 0)
  assert.equal((await runCli(['init', '--repo', at('repository')], { env })).status, 0)
})
after(() => folder[Symbol.dispose]())

const LANGUAGES = [
  ['C', /with the key that|key that the repository was made with|recovery kit/, /key generate/],
  ['pt_BR.UTF-8', /a chave com que o repositório foi criado|kit de recuperação|chave inteira/, /key generate/],
] as const

for (const [code, key] of Object.entries(KEYS))
  for (const [LANG, theKey, newKey] of LANGUAGES)
    test(`${code} in ${LANG}: the key and the kit first, a new key only where there is no repository`, async () => {
      const env = {
        LANG,
        NEONPRO_BACKUP_HOME: at('home'),
        ...(code !== 'KEY_MISSING' && { BACKUP_ENCRYPTION_KEY: key }),
      }
      for (const args of [
        ['snapshots'],
        ['backup', folder.path],
        ['restore', 'latest', '--target', at('t')],
        ['status'],
        ['config', 'list'],
      ]) {
        const there = await runCli([...args, '--repo', at('repository'), '--json'], { env, cwd: folder.path })
        const said = there.stderr + JSON.stringify(there.json)
        assert.match(said, new RegExp(code), args.join(' '))
        assert.match(said, theKey, args.join(' '))
        assert.doesNotMatch(said, newKey, args.join(' '))
        assert.doesNotMatch(there.stderr, /\.\.$/m, 'a sentence ends once')
      }
      const { stderr } = await runCli(['init', '--repo', at('none')], { env, cwd: folder.path })
      assert.match(stderr, new RegExp(code))
      assert.ok(stderr.search(theKey) < stderr.search(newKey), stderr)
    })

test('an empty key file is named, with where to look, and no new key is advised for what is there', async () => {
  fs.writeFileSync(at('empty'), '\n', { mode: 0o600 })
  for (const [LANG, empty, where] of [
    ['C', `file ${at('empty')} is empty`, 'a recovery kit printed with its key'],
    ['pt_BR.UTF-8', `arquivo ${at('empty')} está vazio`, 'num kit de recuperação impresso com a chave'],
  ] as const) {
    const env = { LANG, NEONPRO_BACKUP_HOME: at('home'), BACKUP_ENCRYPTION_KEY: `file:${at('empty')}` }
    for (const args of [['snapshots'], ['config', 'list'], ['key', 'add', at('empty'), '--key-file', at('key')]]) {
      const { stderr } = await runCli([...args, '--repo', at('repository')], { env, cwd: folder.path })
      assert.match(stderr, /KEY_MISSING/, args.join(' '))
      assert.ok(stderr.includes(empty) && stderr.includes(where), stderr)
      assert.doesNotMatch(stderr, /key generate/)
    }
  }
})
