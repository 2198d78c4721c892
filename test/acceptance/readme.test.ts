// Goal: what README and LEIAME say can be done, as it is printed there, and they say the same. Method: the first
// example is run as a shell runs it, on folders of its own; every command and option that is named exists.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
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
    const example = shellBlocks(page)[1]!
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

test('both pages have the same sections, examples and rows', () => {
  const shape = (page: string) => {
    const text = read(page)
    return {
      sections: text.match(/^## /gm)?.length,
      rows: text.match(/^\| /gm)?.length,
      links: [...text.matchAll(/\]\(([^)]+)\)/g)]
        .map(([, target]) => target!)
        .filter((target) => !PAGES.some((each) => each === target)),
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
