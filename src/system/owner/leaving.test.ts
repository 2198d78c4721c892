// Goal: an owner that goes leaves nothing half done: what is being read is read to its end, an election that nobody wants
// any more makes no owner, and one thing that can't be closed keeps nothing else open. Method: transports that only
// remember, and sockets that are really there.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { temporaryDirectory } from '../../../test/harness/temporary-directory.ts'
import { succeeded } from '../../contracts/system/index.ts'
import { accountCaller } from '../authorise.ts'
import type { Transport } from '../transport.ts'
import { DrainingTransport } from './draining-transport.ts'
import { ElectedTransport } from './elected-transport.ts'

const caller = accountCaller({ actor: 'test', locale: 'en' })

function answering(body: Readable = Readable.from([])): Transport {
  return {
    call: async () => succeeded([]) as never,
    upload: async (at) => succeeded({ path: at, bytes: 0, sha256: '' }),
    open: async () => succeeded(body),
    [Symbol.asyncDispose]: async () => {},
  }
}

test('a download that was begun is read to its end before the owner goes', async () => {
  const body = Readable.from([Buffer.alloc(10), Buffer.alloc(10)])
  const transport = new DrainingTransport(answering(body))
  const { data } = await transport.open('storage.download', { path: 'a' }, { caller })
  let isDrained = false
  const drained = transport.drain().then(() => {
    isDrained = true
  })
  const pieces: boolean[] = []
  for await (const _ of data) pieces.push(isDrained)
  assert.deepEqual(pieces, [false, false])
  await drained
})

test('whoever follows events is sent to the next owner at once', async () => {
  const endless = new Readable({ read: () => {} })
  const transport = new DrainingTransport(answering(endless))
  const { data } = await transport.open('run.events', {}, { caller })
  const broken = new Promise<void>((resolve) => data!.once('error', () => {}).once('close', () => resolve()))
  await transport.drain()
  await broken
  assert.equal(data!.destroyed, true)
})

test('events that were opened while the owner began to go are broken off as well', async () => {
  const endless = new Readable({ read: () => {} })
  const opening = Promise.withResolvers<void>()
  const transport = new DrainingTransport({
    ...answering(),
    open: async () => {
      await opening.promise
      return succeeded(endless)
    },
  })
  endless.once('error', () => {})
  const opened = transport.open('run.events', {}, { caller })
  const drained = transport.drain()
  opening.resolve()
  await Promise.all([opened, drained])
  assert.equal(endless.destroyed, true)
})

test('a shutdown during an election leaves no owner behind', async () => {
  using folder = temporaryDirectory()
  const socketPath = path.join(folder.path, 'socket')
  const server = net.createServer().listen(socketPath)
  await once(server, 'listening')
  const won = Promise.withResolvers<void>()
  const asked = Promise.withResolvers<void>()
  let isFirst = true
  let stops = 0
  const elected = await ElectedTransport.open({
    socketPath: () => socketPath,
    ownerFacts: () => ({ pid: 0, host: '' }),
    tryOwn: async () => {
      if (isFirst) {
        isFirst = false
        return undefined
      }
      asked.resolve()
      await won.promise
      const stop = async () => {
        stops += 1
      }
      return { transport: answering(), stop }
    },
  })
  server.close()
  fs.rmSync(socketPath, { force: true })
  const call = elected.call('config.list', {}, { caller })
  await asked.promise
  const left = elected[Symbol.asyncDispose]()
  won.resolve()
  await left
  assert.equal(stops, 1)
  await call
})
