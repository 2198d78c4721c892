/**
 * A process that owns a home (or calls its owner) with a transport that only remembers: `owner-child.ts HOME`. Prints
 * `owner` or `client`, then answers lines of stdin.
 */

import path from 'node:path'
import readline from 'node:readline'
import { Readable } from 'node:stream'
import { OwnerLock, readOwner } from '../../src/catalog/index.ts'
import { succeeded } from '../../src/contracts/system/index.ts'
import { isBackupError } from '../../src/kernel/backup-error.ts'
import { silentLog } from '../../src/kernel/log.ts'
import { accountCaller } from '../../src/system/authorise.ts'
import { chooseSocketPath, ElectedTransport, serveOwnerSocket, toldSocketPath } from '../../src/system/index.ts'
import type { Transport } from '../../src/system/transport.ts'

const home = process.argv[2]!
const lockFile = path.join(home, 'owner.lock')
const caller = accountCaller({ actor: 'test', locale: 'en' })

/** Remembers uploads; `config.list` says which process answered. */
function remembering(): Transport {
  const files = new Map<string, Buffer>()
  return {
    call: async (name, _input, { signal }) => {
      if (name === 'backup.wait') await new Promise((resolve) => signal?.addEventListener('abort', resolve))
      return succeeded([{ id: String(process.pid) }]) as never
    },
    upload: async (path, body) => {
      const pieces: Uint8Array[] = []
      for await (const piece of body) pieces.push(piece)
      files.set(path, Buffer.concat(pieces))
      return succeeded({ path, bytes: files.get(path)!.length, sha256: '' })
    },
    open: async (_, input) => {
      const file = files.get((input as { readonly path: string }).path)
      return succeeded(Readable.from(file ? [file] : breaksOff()))
    },
    [Symbol.asyncDispose]: async () => {},
  }
}

async function* breaksOff(): AsyncIterable<Buffer> {
  yield Buffer.alloc(100_000, 1)
  throw new Error('the storage failed half-way')
}

const transport = await ElectedTransport.open({
  socketPath: () => toldSocketPath(lockFile),
  ownerFacts: () => readOwner(lockFile) ?? { pid: 0, host: '' },
  tryOwn: async () => {
    const lock = await OwnerLock.acquire(lockFile).catch((error: unknown) => {
      if (!isBackupError(error, 'OWNER_EXISTS')) throw error
    })
    if (!lock) return undefined
    const own = remembering()
    const socketPath = chooseSocketPath(lock)
    lock.tell({ socket: socketPath })
    const socket = await serveOwnerSocket(socketPath, own, { log: silentLog })
    return {
      transport: own,
      stop: async () => {
        await socket[Symbol.asyncDispose]()
        lock[Symbol.dispose]()
      },
    }
  },
})
console.log(transport.isOwner ? 'owner' : 'client')

const COMMANDS: Readonly<Record<string, (rest: string) => Promise<unknown>>> = {
  who: async () => (await transport.call('config.list', {}, { caller })).data,
  upload: async (size) =>
    (await transport.upload('a', Readable.from([Buffer.alloc(Number(size), 7)]), { caller })).data,
  download: async (name) => {
    const opened = await transport.open('storage.download', { path: name }, { caller })
    const pieces: Buffer[] = []
    try {
      for await (const piece of opened.data) pieces.push(piece as Buffer)
    } catch {
      return { broken: true, bytes: Buffer.concat(pieces).length }
    }
    return { broken: false, bytes: Buffer.concat(pieces).length }
  },
  wait: async () => {
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 100)
    return (await transport.call('backup.wait', { runId: 'x' }, { caller, signal: controller.signal })).error?.code
  },
  end: async () => {
    await transport[Symbol.asyncDispose]()
    process.exit(0)
  },
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  const [name = '', rest = ''] = line.split(' ')
  console.log(JSON.stringify(await COMMANDS[name]!(rest)))
}
