/**
 * Brings the oldest Node that the package promises to run on into `.servers/oldest-node` for its test, as npm carries
 * it. What can't be had is said plainly, and the test is left out.
 */
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { OLDEST_NODE, oldestNode } from '../test/harness/servers.ts'

const folder = path.resolve(import.meta.dirname, '../.servers/oldest-node')

function bring(): void {
  fs.rmSync(folder, { recursive: true, force: true })
  fs.mkdirSync(folder, { recursive: true })
  const name = `node-${process.platform}-${process.arch}@${OLDEST_NODE}`
  const packed = ['pack', '--silent', '--pack-destination', folder, name]
  const archive = path.join(folder, execFileSync('npm', packed, { encoding: 'utf8', cwd: folder }).trim())
  execFileSync('tar', ['-xzf', archive, '-C', folder, '--strip-components=1', 'package/bin/node'])
  fs.rmSync(archive)
}

try {
  if (oldestNode() === undefined) bring()
  console.log(`Node.js, the oldest: ${execFileSync(oldestNode()!, ['--version'], { encoding: 'utf8' }).trim()}`)
} catch (error) {
  console.log(`Node.js, the oldest: left out, ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`)
}
