/**
 * Everything that can be said of the code without running it. Prints a line for each check; ends with 1 if one fails.
 */
import { spawnSync } from 'node:child_process'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '..')
const bin = (name: string) => path.join(root, 'node_modules', name)
const CRUISED = ['--config', '.dependency-cruiser.cjs', 'src', 'rescue', 'bench', 'scripts', 'test']
const CHECKS: ReadonlyArray<readonly [name: string, args: readonly string[]]> = [
  ['types', [bin('typescript/bin/tsc'), '-p', '.']],
  ['format and lint', [bin('@biomejs/biome/bin/biome'), 'check', '--error-on-warnings', '.']],
  ['architecture', [bin('dependency-cruiser/bin/dependency-cruise.mjs'), ...CRUISED]],
  ['dead code', [bin('knip/bin/knip.js')]],
  ['sizes', [path.join(root, 'scripts/check-sizes.ts')]],
  ['names', [path.join(root, 'scripts/check-names.ts')]],
  ['words', [path.join(root, 'scripts/check-words.ts')]],
  ['docstrings', [path.join(root, 'scripts/check-docstrings.ts')]],
  ['error catalogue', [path.join(root, 'scripts/gen-errors-doc.ts'), '--check']],
  ['dependency picture', [path.join(root, 'scripts/gen-dependency-picture.ts'), '--check']],
  ['configuration', [path.join(root, 'scripts/gen-configuration-doc.ts'), '--check']],
  ['JSON', [path.join(root, 'scripts/gen-json-doc.ts'), '--check']],
  ['wasm', [path.join(root, 'scripts/build-wasm.ts'), '--check']],
]

export function check(): boolean {
  let isGood = true
  for (const [name, args] of CHECKS) {
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
    console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${name}`)
    if (status === 0) continue
    isGood = false
    console.log(`${stdout}${stderr}`)
  }
  return isGood
}

if (process.argv[1] === import.meta.filename && !check()) process.exitCode = 1
