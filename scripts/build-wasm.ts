/**
 * Compiles the AssemblyScript of the engine to WebAssembly and embeds it. `--check` fails when the checked-in bytes are
 * not what the source gives.
 */
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '..')
const engine = path.join(root, 'src/engine')
const MODULES = [
  { folder: 'chunker', name: 'chunker', flags: ['--enable', 'simd', '--importMemory'] },
  { folder: 'crypto', name: 'lookup-id', flags: [] },
] as const

function compile({ folder, name, flags }: (typeof MODULES)[number]): Buffer {
  const out = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'neonpro-wasm-')), `${name}.wasm`)
  const asc = path.join(root, 'node_modules/assemblyscript/bin/asc.js')
  execFileSync(process.execPath, [asc, path.join(engine, folder, `assembly/${name}.ts`), '-O3', '--noAssert', '--runtime', 'stub', ...flags, '-o', out], { stdio: 'inherit' })
  return fs.readFileSync(out)
}

function embed(name: string, wasm: Buffer): string {
  return `/** assembly/${name}.ts, so that a bundle carries it. Made by scripts/build-wasm.ts. */\nexport const ${name.replace('-', '_').toUpperCase()}_WASM_BASE64 =\n  '${wasm.toString('base64')}'\n`
}

for (const module of MODULES) {
  const wasm = compile(module)
  const file = path.join(engine, module.folder, `${module.name}-wasm.ts`)
  const text = embed(module.name, wasm)
  if (!process.argv.includes('--check')) fs.writeFileSync(file, text)
  else if (fs.readFileSync(file, 'utf8') !== text) {
    console.error(`${path.relative(root, file)} is not what its source gives: run node scripts/build-wasm.ts`)
    process.exitCode = 1
  }
  console.log(`${module.name}: ${wasm.length} bytes`)
}
