/** A parent that starts a backup in a process of the engine, says its pid once it works, and is killed from outside. */
import { parseKek } from '../../src/engine/index.ts'
import { EngineProcess } from '../../src/services/execution/index.ts'

const [folder, stateDirectory, source] = process.argv.slice(2) as [string, string, string]
const kek = parseKek(`base64:${process.env['TEST_KEY']}`, 'test key')
const engine = new EngineProcess({
  location: { kind: 'LOCAL', basePath: folder },
  keks: [kek],
  stateDirectory,
  isWithheld: () => false,
})
const onProgress = ({ bytesDone }: { bytesDone: number }) => {
  if (bytesDone > 1e6) process.stdout.write(`${engine.pid} working\n`)
}
await engine.run(
  {
    kind: 'backup',
    source: { kind: 'FILES', paths: [source] },
    options: { source: 'clinic', type: 'INCREMENTAL', runId: 'run-1', compressionLevel: 9 },
  },
  { onProgress },
)
