// Goal: whoever has the package alone finds what its pages point to. Method: pack the build, unpack it, follow every
// link of every page in it, and look up every file that the pages and the unit name.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const root = path.resolve(import.meta.dirname, '../..')

test('every link of every page leads to something that is in the package', () => {
  using folder = temporaryDirectory()
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder.path]
  const [packed] = JSON.parse(execFileSync('npm', args, { cwd: root, encoding: 'utf8' })) as Array<{ filename: string }>
  execFileSync('tar', ['-xzf', path.join(folder.path, packed!.filename), '-C', folder.path])
  const at = path.join(folder.path, 'package')
  const pages = (fs.readdirSync(at, { recursive: true }) as string[]).filter((name) => name.endsWith('.md'))
  for (const needed of ['README.md', 'LEIAME.md', 'docs/format/v1.md', 'docs/rebuild.md'])
    assert.ok(pages.includes(needed), needed)
  const broken = pages.flatMap((page) =>
    linksOf(fs.readFileSync(path.join(at, page), 'utf8'))
      .filter((link) => !leadsSomewhere(path.join(at, page), link))
      .map((link) => `${page} → ${link}`),
  )
  assert.deepEqual(broken, [])
  for (const named of ['packaging/systemd/neonpro-backup.service', 'dist/neonpro-rescue.mjs', 'database/schema.sql'])
    assert.ok(fs.existsSync(path.join(at, named)), named)
})

/** Targets of links inside the package: no addresses of the web, and not what stands in code. */
function linksOf(page: string): string[] {
  const prose = page.replace(/```[\s\S]*?```/g, '').replace(/`[^`\n]*`/g, '')
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!).filter((link) => !/^[a-z]+:/.test(link))
}

function leadsSomewhere(page: string, link: string): boolean {
  const [file = '', part] = link.split('#')
  const target = file === '' ? page : path.resolve(path.dirname(page), file)
  if (!fs.existsSync(target)) return false
  if (!part || !target.endsWith('.md')) return true
  const headings = [...fs.readFileSync(target, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, text]) => anchorOf(text!))
  return headings.includes(part)
}

function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-')
}
