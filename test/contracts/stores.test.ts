// Goal: each store keeps the port's promises; the local one keeps its own on modes, sweeping and links besides.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { machineTag } from '../../src/kernel/machine.ts'
import { openStore, parseLocation } from '../../src/system/compose.ts'
import { MemoryStore } from '../harness/memory-store.ts'
import { failsWith } from '../harness/refusal.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { toy } from '../harness/toy-provider.ts'
import { toyServer } from '../harness/toy-server.ts'
import { objectStoreContract } from './object-store.ts'

objectStoreContract('memory', () => ({ store: new MemoryStore(), dispose: () => {} }))

objectStoreContract('over the network', async () => {
  const server = await toyServer()
  const { token } = server
  const open = () => toy.open({ place: `${server.host}/bucket`, token })
  return { store: open(), again: open, dispose: () => server[Symbol.asyncDispose]() }
})

objectStoreContract('local', () => {
  const folder = temporaryDirectory()
  const open = () => openStore(parseLocation(path.join(folder.path, 'store')))
  return { store: open(), again: open, dispose: () => folder[Symbol.dispose]() }
})

test('local: modes are exact whatever the umask, 0600 and 0700 unless the location says otherwise', async () => {
  using folder = temporaryDirectory()
  const before = process.umask(0o077)
  try {
    for (const [query, fileMode, directoryMode] of [
      ['', 0o600, 0o700],
      ['?mode=0640&dir-mode=0750', 0o640, 0o750],
    ] as const) {
      const base = path.join(folder.path, `s${fileMode}`)
      const store = openStore(parseLocation(`file://${base}${query}`))
      await store.put('a/b', Buffer.from('x'))
      fs.writeFileSync(path.join(store.local!.workspace, 'pack'), 'x')
      await store.local!.publish(path.join(store.local!.workspace, 'pack'), 'a/c')
      for (const name of ['a/b', 'a/c']) assert.equal(fs.statSync(path.join(base, name)).mode & 0o777, fileMode)
      assert.equal(fs.statSync(path.join(base, 'a')).mode & 0o777, directoryMode)
    }
  } finally {
    process.umask(before)
  }
  for (const bad of ['?mode=999', '?uid=root', '?colour=1'])
    assert.throws(() => parseLocation(`file:///x${bad}`), failsWith('USAGE'))
  for (const bad of ['file://otherhost/tmp', 'file:///%zz', 'file:///a%2fb', 'file://'])
    assert.throws(() => parseLocation(bad), failsWith('USAGE'), bad)
})

test('local: as root, owner and group are set', {
  skip: process.getuid?.() === 0 ? false : 'only root may give files away',
}, async () => {
  using folder = temporaryDirectory()
  const store = openStore(parseLocation(`file://${folder.path}/s?uid=1234&gid=4321`))
  await store.put('a/b', Buffer.from('x'))
  for (const name of ['a', 'a/b'])
    assert.deepEqual(
      [fs.statSync(`${folder.path}/s/${name}`).uid, fs.statSync(`${folder.path}/s/${name}`).gid],
      [1234, 4321],
    )
})

test('local: prepare sweeps what dead processes of this machine left, and old things; never what may be in use', async () => {
  using folder = temporaryDirectory()
  const store = openStore(parseLocation(folder.path))
  await store.prepare()
  const staged = (name: string, ageMs = 0) => {
    const file = path.join(store.local!.workspace, name)
    fs.writeFileSync(file, 'x')
    fs.utimesSync(file, new Date(), new Date(Date.now() - ageMs))
    return file
  }
  const dead = staged(`pack-${machineTag()}-4194305-abc`)
  const mine = staged(`put-${machineTag()}-${process.pid}-abc`)
  const foreign = staged('put-00000000-4194305-abc')
  const old = staged('put-00000000-4194305-old', 49 * 3600 * 1000)
  await store.prepare()
  assert.deepEqual(
    [dead, mine, foreign, old].map((file) => fs.existsSync(file)),
    [false, true, true, false],
  )
})

test('local: a link in the place of an object is never followed', async () => {
  using folder = temporaryDirectory()
  const store = openStore(parseLocation(path.join(folder.path, 'store')))
  await store.put('a/real', Buffer.from('x'))
  fs.writeFileSync(path.join(folder.path, 'outside'), 'secret')
  fs.symlinkSync(path.join(folder.path, 'outside'), path.join(folder.path, 'store/a/link'))
  assert.equal(await store.head('a/link'), undefined)
  const listed: string[] = []
  for await (const { key } of store.list('a/')) listed.push(key)
  assert.deepEqual(listed, ['a/real'])
  await store.put('a/link', Buffer.from('new'))
  assert.equal(fs.readFileSync(path.join(folder.path, 'outside'), 'utf8'), 'secret')
})
