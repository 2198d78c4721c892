/** Compiles the chunker to WebAssembly and embeds it. `--check` fails when the checked-in bytes are not what the source gives. */
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '..')
const folder = path.join(root, 'src/engine/chunker')
const wasmFile = path.join(folder, 'chunker.wasm')
const embeddedFile = path.join(folder, 'chunker-wasm.ts')

function compile(): Buffer {
  const out = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'chunker-')), 'chunker.wasm')
  const asc = path.join(root, 'node_modules/assemblyscript/bin/asc.js')
  execFileSync(process.execPath, [asc, path.join(folder, 'assembly/chunker.ts'), '-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--importMemory', '-o', out], { stdio: 'inherit' })
  return fs.readFileSync(out)
}

function embed(wasm: Buffer): string {
  return `/** chunker.wasm, so that a bundle carries it. Made by scripts/build-chunker.ts. */\nexport const CHUNKER_WASM_BASE64 =\n  '${wasm.toString('base64')}'\n`
}

const wasm = compile()
if (process.argv.includes('--check')) {
  const isSame = fs.readFileSync(wasmFile).equals(wasm) && fs.readFileSync(embeddedFile, 'utf8') === embed(wasm)
  if (!isSame) {
    console.error('The checked-in chunker is not what its source gives: run node scripts/build-chunker.ts')
    process.exit(1)
  }
  console.log(`chunker.wasm is what its source gives (${wasm.length} bytes)`)
} else {
  fs.writeFileSync(wasmFile, wasm)
  fs.writeFileSync(embeddedFile, embed(wasm))
  console.log(`chunker.wasm: ${wasm.length} bytes`)
}
