/**
 * A restore in a process of its own, to be killed: BASE KEY SNAPSHOT SUBTREE TARGET [FILES]. Says `ready` before it
 * begins. With FILES it dies by itself once it has restored so many.
 */
import path from 'node:path'
import { readHistory, restoreSnapshot } from '../../src/engine/index.ts'
import { leapWithEachLook } from '../harness/leaping-clock.ts'
import { open, type TestRepository } from '../harness/repository.ts'

const [base, key, snapshot, subtree, target, files] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
  string | undefined,
]
const made: TestRepository = {
  folder: path.join(base, 'repository'),
  stateFolder: path.join(base, 'state'),
  kek: { kind: 'raw', key: Buffer.from(key, 'hex') },
}
await using repository = await open(made)
const { snapshots } = await readHistory(repository)
if (files !== undefined) leapWithEachLook()
console.log('ready')
await restoreSnapshot(repository, snapshots.find(({ name }) => name === snapshot)!.document, {
  target,
  subtree,
  verify: true,
  onProgress: ({ filesDone }) => {
    if (files !== undefined && filesDone >= Number(files)) process.kill(process.pid, 'SIGKILL')
  },
})
