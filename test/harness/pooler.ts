/** A real PgBouncer before a test server, where the machine has one. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { asAdmin, type TestServer } from './catalog.ts'
import { noPooler, poolerProgram } from './servers.ts'
import { temporaryDirectory } from './temporary-directory.ts'
import { until } from './until.ts'

export interface TestPooler extends AsyncDisposable {
  /** The same database and user as `url`, by way of the pooler. */
  through(url: string): string
}

/** Listens on a Unix socket of its own; takes every user. */
export async function temporaryPooler(
  server: TestServer,
  { mode, settings = '' }: { readonly mode: 'session' | 'transaction' | 'statement'; readonly settings?: string },
): Promise<TestPooler> {
  const program = poolerProgram()
  if (program === undefined) throw new Error(String(noPooler()))
  const folder = temporaryDirectory()
  const users = path.join(folder.path, 'users.txt')
  const file = path.join(folder.path, 'pooler.ini')
  fs.writeFileSync(users, Array.from({ length: 20 }, (_, i) => `"owner${i}" ""\n`).join(''))
  fs.writeFileSync(
    file,
    `[databases]\n* = host=127.0.0.1 port=${server.port}\n[pgbouncer]\nlisten_port = ${server.port}\nunix_socket_dir = ${folder.path}\nauth_type = trust\nauth_file = ${users}\npool_mode = ${mode}\n${settings}\n`,
  )
  fs.chmodSync(folder.path, 0o777)
  const child = spawn(program, ['-q', file], {
    stdio: 'ignore',
    ...(process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}),
  })
  const through = (url: string) => {
    const { username, pathname } = new URL(url)
    return `postgres://${username}@${pathname}?host=${folder.path}&port=${server.port}`
  }
  const url = await server.newDatabase()
  await until('the pooler answers', async () => {
    if (child.exitCode !== null) throw new Error(`the pooler ended with ${child.exitCode}`)
    return await asAdmin(through(url), 'select 1').catch(() => undefined)
  })
  return {
    through,
    [Symbol.asyncDispose]: async () => {
      const gone = once(child, 'exit')
      if (child.exitCode === null && child.kill('SIGKILL')) await gone
      folder[Symbol.dispose]()
    },
  }
}
