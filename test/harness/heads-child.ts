/** Remembers the heads of one writer of a repository, one higher each time, beside others that do the same. */
import { ClientState } from '../../src/engine/index.ts'

const [folder, writer, times] = process.argv.slice(2) as [string, string, string]
const state = new ClientState(folder, Buffer.alloc(16, 7))
process.stdout.write('ready\n')
process.stdin.once('data', () => {
  for (let sequence = 1; sequence <= Number(times); sequence += 1)
    state.remember({ keyGeneration: 1, deleteGeneration: sequence, writers: { [writer]: sequence } })
  process.exit(0)
})
