/**
 * Which keyring counts: docs/format/v1.md section 4.1, 4. Anybody may have put others beside the repository's own; one
 * that the key opens tells which of them its maintenance key has signed.
 */
import { RescueError } from './bytes.ts'
import type { Config } from './config.ts'
import { type Given, type Keyring, type Keys, openWith, parseKeyring, workOf, wrongKey } from './keys.ts'
import { words } from './words.ts'

/** Section 4.1: what is done for keyrings that nobody has vouched for, n times p together. */
const WORK_MAX = 2 ** 22

export interface KeyringObject {
  readonly name: string
  /** Those under which it stands. */
  readonly generations: readonly number[]
  readonly bytes: Buffer
}

export interface Chosen {
  readonly keys: Keys
  readonly generation: number
  /** What valid keyrings say of features, each. */
  readonly features: readonly unknown[]
  /** Names of keyrings that are whole and were not signed by this repository. */
  readonly strange: readonly string[]
}

interface Candidate extends KeyringObject {
  readonly generation: number
  readonly keyring: Keyring
}

export function chooseKeyring(objects: readonly KeyringObject[], given: Given, repositoryId: string): Chosen {
  const candidates = objects
    .flatMap((each) => parsed(each, repositoryId))
    .sort((a, b) => b.generation - a.generation || (a.name < b.name ? -1 : 1))
  if (candidates.length === 0) throw new RescueError('there are no key objects that can be read')
  const first = firstOpened(candidates, given)
  if (!first) throw wrongKey()
  const own = candidates.filter((each) => each === first.candidate || isSigned(first.keys, each))
  const newest = own[0] as Candidate
  const keys = newest === first.candidate ? first.keys : openAny(newest, given)
  if (!keys) throw wrongKey()
  const generations = Map.groupBy(own, ({ generation }) => generation)
  for (const rivals of generations.values())
    if (rivals.length > 1)
      for (const rival of rivals) {
        const opened = openAny(rival, given)
        if (opened) keys.add(opened)
      }
  const names = new Set(own.map(({ name }) => name))
  return {
    keys,
    generation: newest.generation,
    features: own.flatMap(({ keyring }) => (keyring.body.features === undefined ? [] : [keyring.body.features])),
    strange: objects.map(({ name }) => name).filter((name) => !names.has(name)),
  }
}

/** Section 14: of a configuration that is lost the keyrings say all that a reader needs. */
export function configsFrom(objects: readonly KeyringObject[], remarks: string[]): Config[] {
  const ids = new Set(objects.flatMap((each) => parsed(each)).map(({ keyring }) => keyring.body.repositoryId))
  if (ids.size === 0)
    throw new RescueError(
      words(
        'neither a configuration nor a keyring can be read: bring config/ and keys/ back from a replica',
        'não se consegue ler nenhuma configuração nem chaveiro: traga config/ e keys/ de volta de uma réplica',
      ),
    )
  remarks.push(
    words(
      'config/: no copy of the configuration can be read; the keyrings say what is needed of it',
      'config/: nenhuma cópia da configuração pode ser lida; os chaveiros dizem o que é preciso dela',
    ),
  )
  return [...ids].map((repositoryId) => ({ repositoryId }))
}

function parsed(object: KeyringObject, repositoryId?: string): Candidate[] {
  try {
    const keyring = parseKeyring(object.bytes)
    const { generation, repositoryId: of } = keyring.body
    const isMeant = object.generations.includes(generation) && of === (repositoryId ?? of)
    return isMeant ? [{ ...object, generation, keyring }] : []
  } catch {
    return []
  }
}

function firstOpened(
  candidates: readonly Candidate[],
  given: Given,
): { readonly candidate: Candidate; readonly keys: Keys } | undefined {
  const attempts = candidates
    .flatMap((candidate) =>
      candidate.keyring.body.recipients
        .filter(({ kind }) => kind === given.kind)
        .map((recipient) => ({ candidate, recipient, work: workOf(recipient) })),
    )
    .sort((a, b) => a.work - b.work)
  let done = 0
  for (const { candidate, recipient, work } of attempts) {
    done += work
    if (done > WORK_MAX) return undefined
    const keys = attempt(() => openWith(candidate.keyring, recipient, given))
    if (keys) return { candidate, keys }
  }
  return undefined
}

function openAny({ keyring }: Candidate, given: Given): Keys | undefined {
  for (const recipient of keyring.body.recipients) {
    const keys = recipient.kind === given.kind ? attempt(() => openWith(keyring, recipient, given)) : undefined
    if (keys) return keys
  }
  return undefined
}

function isSigned(keys: Keys, { keyring }: Candidate): boolean {
  return (
    keyring.parts.signer.every((byte) => byte === 0xff) &&
    attempt(() => keys.check(keyring.parts, 'keyring')) !== undefined
  )
}

function attempt<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch {
    return undefined
  }
}
