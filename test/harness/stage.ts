/** A repository in which a forget and a prune take half of what another side may be reading, and copies of it. */
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { freezing } from './freezing-store.ts'
import { backup, localStore, makeRepository, open, type TestRepository } from './repository.ts'

export interface Stage {
  readonly base: string
  readonly made: TestRepository
  readonly first: string
}

/** Of two snapshots the first needs packs that the second needs half of. */
export async function makeStage(base: string): Promise<Stage> {
  const source = path.join(base, 'source')
  fs.mkdirSync(source, { recursive: true })
  for (let i = 0; i < 6; i += 1) fs.writeFileSync(path.join(source, `f${i}`), randomBytes(90_000))
  const made = await makeRepository(base)
  const { snapshot } = await backup(made, source)
  for (const i of [0, 2, 4]) fs.rmSync(path.join(source, `f${i}`))
  await backup(made, source)
  return { base, made, first: snapshot }
}

export function copyOf(stage: Stage, to: string): Stage {
  fs.cpSync(stage.base, to, { recursive: true, preserveTimestamps: true })
  const folder = path.join(to, 'repository')
  return { ...stage, base: to, made: { ...stage.made, folder, stateFolder: path.join(to, 'state') } }
}

/** Calls to the store before anything is asked of a repository. */
export async function callsOfOpening(made: TestRepository): Promise<number> {
  const awake = freezing(localStore(made.folder), Number.POSITIVE_INFINITY, false)
  await using _repository = await open(made, awake.store)
  return awake.calls()
}
