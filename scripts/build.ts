/**
 * Builds dist/: the library with its types by tsc, the command line, the worker and the engine's process as one bundle,
 * the rescue reader as one file.
 */
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { build } from 'esbuild'
import { makeAhead } from '../src/catalog/embedded/embedded-catalog.ts'
import { FREQUENT } from '../src/cli/frequent-commands.ts'
import { publishedSchemas } from '../src/cli/json/json-schema.ts'
import { writeManPages } from './man-pages.ts'

const root = path.resolve(import.meta.dirname, '..')
const dist = path.join(root, 'dist')
/**
 * Left to the installed packages: they find files of their own (WebAssembly, native parts, worker threads), or only the
 * system needs them.
 */
const EXTERNAL = [
  'koffi',
  '@electric-sql/pglite',
  'pg',
  'pg-boss',
  'kysely',
  'pino',
  'pino-pretty',
  'pino-roll',
  'nodemailer',
  'standardwebhooks',
  'zod',
]
const DIRECT = Object.keys(FREQUENT).map((name) => path.join(root, `src/cli/direct/${name}.ts`))
/** Bundles hold CommonJS packages, which call for what Node has by `require`. */
const REQUIRE = {
  js: "import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);",
}
const common = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node22.15',
  logLevel: 'warning',
  legalComments: 'none',
} as const

fs.rmSync(dist, { recursive: true, force: true })
execFileSync(process.execPath, [path.join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
})
keepPublicTypes()
await build({
  ...common,
  entryPoints: {
    main: path.join(root, 'src/cli/main.ts'),
    'engine-child': path.join(root, 'src/services/execution/engine-child.ts'),
  },
  outdir: path.join(dist, 'bin'),
  splitting: true,
  external: EXTERNAL,
  define: { NEONPRO_BUNDLED: 'true' },
  banner: REQUIRE,
  chunkNames: 'part-[hash]',
})
// Each as one file: opening and linking a file takes longer than what is in it.
const WORKERS = ['worker-main', 'far-worker-main'].map((name) => path.join(root, `src/engine/worker/${name}.ts`))
for (const entry of [...WORKERS, ...DIRECT])
  await build({
    ...common,
    entryPoints: [entry],
    outdir: path.join(dist, 'bin'),
    external: EXTERNAL,
    define: { NEONPRO_BUNDLED: 'true' },
    banner: REQUIRE,
  })
fs.copyFileSync(path.join(root, 'scripts/launcher.js'), path.join(dist, 'bin/neonpro-backup.js'))
fs.chmodSync(path.join(dist, 'bin/neonpro-backup.js'), 0o755)
await build({
  ...common,
  entryPoints: [path.join(root, 'rescue/neonpro-rescue.ts')],
  outfile: path.join(dist, 'neonpro-rescue.mjs'),
})
fs.chmodSync(path.join(dist, 'neonpro-rescue.mjs'), 0o755)
writeManPages(path.join(dist, 'man'))
fs.mkdirSync(path.join(dist, 'schemas'))
for (const [name, schema] of Object.entries(publishedSchemas()))
  fs.writeFileSync(path.join(dist, 'schemas', `${name}.json`), `${JSON.stringify(schema, null, 2)}\n`)
const scratch = path.join(dist, 'embedded/scratch')
fs.mkdirSync(scratch, { recursive: true })
await makeAhead(scratch)
fs.rmSync(scratch, { recursive: true })
console.log('built dist/')

/** Leaves of the declarations what the package's entries lead to. */
function keepPublicTypes(): void {
  const kept = new Set(['index', 'engine/index', 'contracts/index'].map((name) => path.join(dist, `${name}.d.ts`)))
  for (const file of kept)
    for (const [, named] of fs.readFileSync(file, 'utf8').matchAll(/(?:from|import\(?)\s*['"](\.[^'"]+)['"]/g))
      kept.add(path.resolve(path.dirname(file), named!.replace(/\.[jt]s$/, '.d.ts')))
  for (const name of fs.readdirSync(dist, { recursive: true, encoding: 'utf8' }))
    if (name.endsWith('.d.ts') && !kept.has(path.join(dist, name))) fs.rmSync(path.join(dist, name))
}
