/** Builds dist/: the library with its types by tsc, the command line and the worker as one bundle, the rescue reader as one file. */
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { build } from 'esbuild'

const root = path.resolve(import.meta.dirname, '..')
const dist = path.join(root, 'dist')
const common = { bundle: true, platform: 'node', format: 'esm', target: 'node22.15', logLevel: 'warning', legalComments: 'none' } as const

fs.rmSync(dist, { recursive: true, force: true })
execFileSync(process.execPath, [path.join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' })
await build({
  ...common, entryPoints: { main: path.join(root, 'src/cli/main.ts'), 'worker-main': path.join(root, 'src/engine/worker/worker-main.ts') }, outdir: path.join(dist, 'bin'), splitting: true, external: ['koffi'],
  define: { NEONPRO_BUNDLED: 'true' }, banner: { js: "import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);" }, chunkNames: 'part-[hash]',
})
fs.copyFileSync(path.join(root, 'scripts/launcher.js'), path.join(dist, 'bin/neonpro-backup.js'))
fs.chmodSync(path.join(dist, 'bin/neonpro-backup.js'), 0o755)
await build({ ...common, entryPoints: [path.join(root, 'rescue/neonpro-rescue.ts')], outfile: path.join(dist, 'neonpro-rescue.mjs') })
fs.chmodSync(path.join(dist, 'neonpro-rescue.mjs'), 0o755)
console.log('built dist/')
