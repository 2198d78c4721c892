/**
 * An application that uses the library: `owner-yields-child.ts CONFIG`. Calls without a pause and counts what fails;
 * answers lines of stdin with what it has seen.
 */
import readline from 'node:readline'
import { getBackupSystem, initializeBackupSystem } from '../../src/system/index.ts'

const started = await initializeBackupSystem(JSON.parse(process.argv[2]!) as object)
const seen = { calls: 0, failed: [] as unknown[], pids: [] as unknown[] }
console.log(JSON.stringify(started.error ?? 'started'))
let isOver = false
const calling = (async () => {
  while (!isOver) {
    const { success, error, data } = await getBackupSystem().manager.listConfigs()
    seen.calls += 1
    if (!success) seen.failed.push(error)
    else if (data.length !== 1) seen.failed.push(data)
    await new Promise((resolve) => {
      setTimeout(resolve, 20)
    })
  }
})()
for await (const line of readline.createInterface({ input: process.stdin })) {
  if (line === 'seen') console.log(JSON.stringify(seen))
  else break
}
isOver = true
await calling
await getBackupSystem().shutdown()
