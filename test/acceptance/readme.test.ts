// Goal: what README and LEIAME say can be done, as it is printed there, and they say the same. Method: the first
// example is run as a shell runs it, on folders of its own; every command and option that is named exists.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import type { Command } from 'commander'
import { commandTree } from '../../src/cli/command-tree.ts'
import { COMMANDS } from '../../src/cli/commands.ts'
import { lookAt, sampleTree } from '../harness/repository.ts'
import { seededRandom } from '../harness/seeded-random.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { CLI } from './run-cli.ts'

const root = path.resolve(import.meta.dirname, '../..')
const PAGES = ['README.md', 'LEIAME.md'] as const
const read = (page: string) => fs.readFileSync(path.join(root, page), 'utf8')
const snippetOf = (page: string) => /```ts\n([\s\S]*?)```/.exec(read(page))![1]!
const shellBlocks = (page: string) => [...read(page).matchAll(/```sh\n([\s\S]*?)```/g)].map(([, code]) => code!)

for (const page of PAGES) {
  test(`${page}: the first example runs as it is printed`, () => {
    using folder = temporaryDirectory()
    const at = (name: string) => path.join(folder.path, name)
    sampleTree(at('srv/clinic'), seededRandom(4))
    fs.mkdirSync(at('bin'))
    fs.writeFileSync(at('bin/neonpro-backup'), `#!/bin/sh\nexec ${process.execPath} ${CLI} "$@"\n`, { mode: 0o755 })
    fs.writeFileSync(at('bin/lp'), `#!/bin/sh\ncat > ${at('paper')}\n`, { mode: 0o755 })
    // The build of this test run stands for the installation; the example's folders are moved below one that may be
    // written.
    const example = shellBlocks(page)
      .find((code) => code.includes('neonpro-backup init'))!
      .split('\n')
      .filter((line) => !line.startsWith('npm '))
      .join('\n')
      .replaceAll(/\/srv\/clinica?\b/g, at('srv/clinic'))
      .replaceAll(/ \/tmp\/(back|volta)/g, ` ${at('back')}`)
      .replaceAll('/mnt/backup', at('mnt'))
    const ran = spawnSync('sh', ['-ec', example], {
      env: {
        PATH: `${at('bin')}:/usr/bin:/bin`,
        HOME: folder.path,
        NEONPRO_BACKUP_HOME: at('state'),
        LANG: page === 'LEIAME.md' ? 'pt_BR.UTF-8' : 'C',
      },
      encoding: 'utf8',
    })
    assert.equal(ran.status, 0, ran.stdout + ran.stderr)
    assert.equal(ran.stderr, '')
    assert.deepEqual(lookAt(path.join(at('back'), at('srv/clinic'))), lookAt(at('srv/clinic')))
    assert.match(fs.readFileSync(at('paper'), 'utf8'), /base64:[A-Za-z0-9+/]{43}=/)
  })

  test(`${page}: every command and option that it names exists`, () => {
    const tree = commandTree(COMMANDS, 'en').root
    const find = (names: readonly string[], from: Command): Command => {
      const child = from.commands.find((each) => each.name() === names[0])
      return child ? find(names.slice(1), child) : from
    }
    const everyOption = new Set(
      COMMANDS.flatMap(({ name }) => find(name.split(' '), tree).options.map(({ long }) => long)),
    )
    for (const [, option] of read(page).matchAll(/`(--[a-z-]+)[^`]*`/g))
      assert.ok(everyOption.has(option!), `there is no ${option}`)
    const named = [
      ...read(page).matchAll(/`(?:neonpro-backup )?([a-z][^`]*)`/g),
      ...shellBlocks(page).flatMap((code) => [...code.matchAll(/^neonpro-backup ([^#\n|>]+)/gm)]),
    ].map(([, text]) => text!.trim())
    const commands = named.filter((text) => tree.commands.some((each) => each.name() === text.split(' ')[0]))
    assert.ok(commands.length > 25, `only ${commands.length} commands found`)
    for (const text of commands) {
      const command = find(text.split(' '), tree)
      assert.ok(command.commands.length === 0 || text === command.name(), `${text}: there is no such command`)
      for (const [option] of text.matchAll(/--[a-z-]+/g))
        assert.ok(
          command.options.some(({ long }) => long === option),
          `${text}: there is no ${option}`,
        )
    }
  })
}

test('the first screen leads who has the package and who has a checkout to a proven restore', () => {
  const { name, version, scripts } = JSON.parse(read('package.json')) as {
    name: string
    version: string
    scripts: Readonly<Record<string, string>>
  }
  assert.ok(scripts['quickstart'] !== undefined && scripts['test'] !== undefined)
  for (const page of PAGES) {
    const lines = shellBlocks(page)[0]!
      .split('\n')
      .map((line) => line.replace(/#.*/, '').trim())
      .filter((line) => line !== '')
    assert.deepEqual(lines, [
      `npm install -g ./${name}-${version}.tgz`,
      'neonpro-backup quickstart',
      'npm ci && npm run quickstart',
      'npm ci && npm test',
    ])
    assert.ok(
      read(page)
        .split('\n')
        .findIndex((line) => line.startsWith('npm ci && npm test')) < 25,
    )
  }
})

test('the snippet of the library is whole: it compiles strictly, restores, and ends by itself', () => {
  using folder = temporaryDirectory()
  const at = (name: string) => path.join(folder.path, name)
  const [english, portuguese] = PAGES.map(snippetOf)
  const code = (snippet: string) => snippet.replaceAll(/ +\/\/ .*/g, '')
  assert.equal(code(portuguese!), code(english!))
  fs.mkdirSync(at('node_modules/@types'), { recursive: true })
  fs.symlinkSync(root, at('node_modules/neonpro-backup'))
  fs.symlinkSync(path.join(root, 'node_modules/@types/node'), at('node_modules/@types/node'))
  fs.mkdirSync(at('srv/documents'), { recursive: true })
  fs.writeFileSync(at('srv/documents/exame.pdf'), 'pdf')
  fs.writeFileSync(
    at('app.mts'),
    english!.replaceAll('/srv/documents', at('srv/documents')).replaceAll('/tmp/back', at('back')),
  )
  const tsc = path.join(root, 'node_modules/typescript/bin/tsc')
  const strict = ['--strict', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess', '--noEmit']
  const how = ['--module', 'nodenext', '--target', 'es2024', '--types', 'node', '--ignoreConfig']
  const compiled = spawnSync(process.execPath, [tsc, ...strict, ...how, 'app.mts'], {
    cwd: folder.path,
    encoding: 'utf8',
  })
  assert.equal(compiled.status, 0, compiled.stdout)
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder.path,
    NEONPRO_BACKUP_HOME: at('home'),
    BACKUP_ENCRYPTION_KEY: `base64:${randomBytes(32).toString('base64')}`,
  }
  for (const start of ['first', 'second']) {
    const options = { cwd: folder.path, env, encoding: 'utf8', timeout: 120_000 } as const
    const ran = spawnSync(process.execPath, ['app.mts'], options)
    assert.deepEqual([start, ran.status, ran.signal, ran.stdout], [start, 0, null, 'COMPLETED\n'], ran.stderr)
  }
  assert.equal(fs.readFileSync(path.join(at('back'), at('srv/documents/exame.pdf')), 'utf8'), 'pdf')
})

/** What there is in Portuguese is linked to as that. */
function inPortuguese(target: string): string {
  const there = target.replace('docs/', 'docs/pt/')
  return fs.existsSync(path.join(root, there.replace(/#.*/, ''))) ? there : target
}

test('both pages have the same sections, examples and rows', () => {
  const shape = (page: string) => {
    const text = read(page)
    return {
      sections: text.match(/^## /gm)?.length,
      rows: text.match(/^\| /gm)?.length,
      links: [...text.matchAll(/\]\(([^)]+)\)/g)]
        .map(([, target]) => target!)
        .filter((target) => !PAGES.some((each) => each === target))
        .map((target) => (page === 'README.md' ? inPortuguese(target) : target)),
    }
  }
  assert.deepEqual(shape('LEIAME.md'), shape('README.md'))
  const commands = (page: string) =>
    shellBlocks(page).flatMap((code) =>
      code.split('\n').map((line) =>
        line
          .replace(/#.*/, '')
          .replaceAll(/clinica?\b/g, 'clinic')
          .replaceAll(/\/tmp\/\w+/g, '/tmp/x')
          .trim(),
      ),
    )
  assert.deepEqual(commands('LEIAME.md'), commands('README.md'))
})

/** In a command, what the reader puts there, and what the program says, have words of either language. */
const WORDS: Readonly<Record<string, string>> = {
  usuario: 'user',
  senha: 'password',
  servidor: 'host',
  NOME: 'NAME',
  PADRAO: 'GLOB',
  ARQUIVO: 'FILE',
  PASTA: 'FOLDER',
  NOVO: 'NEW',
  LOCAL: 'LOCATION',
  pular: 'skip',
  guardar: 'keep',
  clinica: 'clinic',
  ID_DO_REPOSITORIO: 'REPOSITORY_ID',
  CÓPIA: 'COPY',
  Veja: 'Look',
  isto: 'at this',
}

/** What both pages of a pair have, whatever the language: parts, rows, items, all that is code, and links. */
function shapeOf(text: string): Readonly<Record<string, readonly string[] | number>> {
  const code = [...text.matchAll(/`([^`\n]+)`/g)].map(([, each]) => each!).concat(text.match(/^neonpro-.*$/gm) ?? [])
  return {
    headings: (text.match(/^#+ /gm) ?? []).map((heading) => heading.trim()),
    rows: text.match(/^\| /gm)?.length ?? 0,
    items: text.match(/^(- |\d+\. )/gm)?.length ?? 0,
    code: code.map((each) => each.replaceAll(/[\p{L}_]+/gu, (word) => WORDS[word] ?? word)).sort(),
    links: [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, link]) => path.basename(link!)).sort(),
  }
}

test('each page that is there in Portuguese says what the English one does, and each names the other at its top', () => {
  const pages = fs.readdirSync(path.join(root, 'docs/pt'))
  assert.deepEqual(pages.sort(), ['alarms.md', 'filters.md', 'lost-repository.md', 'rebuild.md', 'rollback.md'])
  for (const page of pages) {
    const [english, portuguese] = [read(`docs/${page}`), read(`docs/pt/${page}`)]
    assert.deepEqual(shapeOf(portuguese), shapeOf(english), page)
    const top = (text: string) => text.split('\n').slice(0, 4).join('\n')
    assert.ok(top(english).includes(`](pt/${page})`), page)
    assert.ok(top(portuguese).includes(`](../${page})`), page)
    assert.ok(read('LEIAME.md').includes(`](docs/pt/${page})`), page)
  }
})
