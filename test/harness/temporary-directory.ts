import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

/** A folder that goes with its scope. */
export function temporaryDirectory(): { readonly path: string } & Disposable {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'neonpro-test-'))
  return { path: folder, [Symbol.dispose]: () => fs.rmSync(folder, { recursive: true, force: true }) }
}
