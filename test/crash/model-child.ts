/**
 * A writer or a pruner that works in a loop until it is killed, and says each thing that it has been promised, after
 * the promise.
 */
import { createHash, randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { forgetSnapshots, prune, readHistory } from '../../src/engine/index.ts'
import { isBackupError } from '../../src/kernel/backup-error.ts'
import { backup, lookAt, open, type TestRepository } from '../harness/repository.ts'
import { seededRandom } from '../harness/seeded-random.ts'

const [role, base, key, seed] = process.argv.slice(2) as [string, string, string, string]
const random = seededRandom(Number(seed))
const repository: TestRepository = {
  folder: path.join(base, 'repository'),
  stateFolder: path.join(base, `state-${role}`),
  kek: { kind: 'raw', key: Buffer.from(key, 'hex') },
}
const say = (...words: readonly string[]): void => void fs.writeSync(1, `${words.join(' ')}\n`)

function digestOf(tree: Map<string, string>): string {
  return createHash('sha256')
    .update(JSON.stringify([...tree]))
    .digest('hex')
}

function change(source: string): void {
  const folder = path.join(source, `d${Math.floor(random() * 5)}`)
  fs.mkdirSync(folder, { recursive: true })
  for (let i = 0; i < 6; i += 1)
    fs.writeFileSync(
      path.join(folder, `f${Math.floor(random() * 10)}`),
      random() < 0.3 ? randomBytes(200_000) : `text ${random()} ${'y'.repeat(Math.floor(random() * 5000))}`,
    )
}

async function write(): Promise<void> {
  const source = path.join(base, `source-${role}`)
  change(source)
  const { snapshot } = await backup(repository, source, { source: role })
  say('committed', snapshot, role, digestOf(lookAt(source)))
}

async function clean(): Promise<void> {
  await using opened = await open(repository)
  const history = await readHistory(opened)
  if (history.rollbacks[0]) throw history.rollbacks[0]
  const doomed = history.snapshots
    .slice(0, -4)
    .filter(() => random() < 0.5)
    .map(({ name }) => name)
  for (const name of doomed) say('forgetting', name)
  if (doomed.length > 0) await forgetSnapshots(opened, history, { names: doomed, by: 'model' })
  await prune(opened)
  say('pruned')
}

// A busy repository may send a call away; it may never break a promise.
for (;;) {
  try {
    await (role.startsWith('pruner') ? clean() : write())
  } catch (error) {
    if (!isBackupError(error, 'REPOSITORY_LOCKED') && !isBackupError(error, 'NOT_FOUND')) {
      say(
        'failed',
        role,
        error instanceof Error
          ? `${error.name} ${error.message} ${String((error as { code?: string }).code)} ${JSON.stringify((error as { context?: unknown }).context)} ${error.stack ?? ''}`.replaceAll(
              '\n',
              ' | ',
            )
          : String(error),
      )
      process.exit(1)
    }
  }
}
