/**
 * `npm run quickstart [-- DIR]`: builds if that is needed, then lets the program prove itself (src/cli/quickstart).
 * Ends with 1 on any mismatch.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '..')
const cli = path.join(root, 'dist/bin/neonpro-backup.js')

/** True when something that the build is made of is newer than it. */
function isStale(): boolean {
  const builtMs = fs.statSync(path.join(root, 'dist/bin/main.js'), { throwIfNoEntry: false })?.mtimeMs
  if (builtMs === undefined) return true
  return ['src', 'rescue'].some((name) =>
    fs
      .readdirSync(path.join(root, name), { recursive: true, encoding: 'utf8' })
      .some((file) => file.endsWith('.ts') && fs.statSync(path.join(root, name, file)).mtimeMs > builtMs),
  )
}

if (isStale())
  execFileSync(process.execPath, [path.join(root, 'scripts/build.ts')], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
process.exitCode =
  spawnSync(process.execPath, [cli, 'quickstart', ...process.argv.slice(2)], { stdio: 'inherit' }).status ?? 1
