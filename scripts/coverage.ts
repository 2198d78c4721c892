/**
 * `npm run coverage`: lines of the engine that the tests run in their own processes reach (what the built program runs
 * besides is not counted). Fails below 90 %.
 */
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '..')
const files = ['src', 'test'].flatMap((name) =>
  fs
    .readdirSync(path.join(root, name), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts') && !file.startsWith('architecture'))
    .map((file) => path.join(name, file)),
)
const c8 = [
  path.join(root, 'node_modules/c8/bin/c8.js'),
  '--all',
  '--src',
  'src/engine',
  '--include',
  'src/engine/**/*.ts',
  '--exclude',
  '**/*.test.ts',
  '--exclude',
  'src/engine/chunker/assembly/**',
  '--reporter',
  'text',
  '--check-coverage',
  '--lines',
  '90',
]
const { status } = spawnSync(
  process.execPath,
  [...c8, process.execPath, '--test', '--test-reporter=dot', '--test-concurrency=2', ...files],
  { cwd: root, stdio: 'inherit' },
)
process.exitCode = status ?? 1
