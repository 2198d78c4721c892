/**
 * Which PostgreSQL servers, and which other programs for tests, this machine has. Imports nothing of the product: it is
 * asked before anything is built.
 */
import fs from 'node:fs'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '../..')

/** Where the server programs of a major version are, or undefined. */
export function serverPrograms(major: number): string | undefined {
  const folders = [`/usr/lib/postgresql/${major}/bin`, path.join(root, `.servers/${major}/bin`)]
  return folders.find(
    (folder) => fs.existsSync(path.join(folder, 'postgres')) && fs.existsSync(path.join(folder, 'initdb')),
  )
}

/** Why tests on this major version are left out, or false. For `test(name, { skip })`. */
export function noServer(major = 15): string | false {
  return serverPrograms(major) ? false : `PostgreSQL ${major} is not installed (npm run servers brings it)`
}

/** Where PgBouncer is, or undefined. */
export function poolerProgram(): string | undefined {
  return ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer', '/usr/local/bin/pgbouncer'].find((file) => fs.existsSync(file))
}

/** Why tests behind a pooler are left out, or false. */
export function noPooler(): string | false {
  return poolerProgram() ? false : 'PgBouncer is not installed (apt-get install pgbouncer)'
}

/** What `engines` of package.json promises. */
export const OLDEST_NODE = '22.15.0'

/** Where the oldest Node is that is supported, or undefined. */
export function oldestNode(): string | undefined {
  return [path.join(root, '.servers/oldest-node/bin/node')].find((file) => fs.existsSync(file))
}

/** Why tests under it are left out, or false. */
export function noOldestNode(): string | false {
  return oldestNode() ? false : `Node.js ${OLDEST_NODE} is not here (npm run servers brings it)`
}
