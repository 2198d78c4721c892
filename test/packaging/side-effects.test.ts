// Goal: whoever takes one constant of the library does not bring the whole system into a bundle. Method: a bundle of
// one import, made from the build by its own package.json.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { build } from 'esbuild'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const root = path.resolve(import.meta.dirname, '../..')

async function bundled(imported: string): Promise<{ readonly text: string; readonly inputs: readonly string[] }> {
  using folder = temporaryDirectory()
  fs.mkdirSync(path.join(folder.path, 'node_modules'))
  fs.symlinkSync(root, path.join(folder.path, 'node_modules/neonpro-backup'))
  const contents = `import { ${imported} } from 'neonpro-backup'\nconsole.log(${imported})\n`
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: folder.path },
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    packages: 'bundle',
    external: ['koffi', 'pg', 'pg-boss', 'pino', 'pino-pretty', '@electric-sql/pglite', 'kysely', 'zod'],
    logLevel: 'silent',
  })
  const [output] = Object.values(metafile.outputs)
  const inputs = Object.entries(output!.inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0)
  return { text: outputFiles[0]!.text, inputs: inputs.map(([name]) => name) }
}

test('one constant brings neither database nor queue nor engine', async () => {
  const { text, inputs } = await bundled('BackupFrequency')
  assert.ok(
    inputs.length > 0 &&
      inputs.every((name) => !/\/(engine|services|catalog|jobs|system)\//.test(name.replace('contracts/system', ''))),
    inputs.join('\n'),
  )
  assert.doesNotMatch(text, /pg-boss|pglite|koffi/)
  assert.match((await bundled('initializeBackupSystem')).text, /pglite/, 'what needs it still brings it')
})
