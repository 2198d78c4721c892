/**
 * What verification says of objects that no index or snapshot leads to: copies of configuration and keys, open
 * sessions, strangers.
 */
import { createHash } from 'node:crypto'
import { ObjectType } from '../crypto/index.ts'
import { packKey, type Repository } from '../repository/index.ts'

export interface VerifyProblem {
  readonly object: string
  readonly what: string
}

const NAME = '[0-9a-f]{64}'
/** Every key of docs/format/v1.md section 2. */
const KEYS = new RegExp(
  `^(config/[abc]-${NAME}|keys/[0-9a-f]{8}-[ab]-${NAME}|packs/[0-9a-f]{2}/${NAME}|parity/${NAME}|index/(data|meta)/${NAME}|deletes/[0-9a-f]{16}-${NAME}|(snapshots|checkpoints|records|audit|sessions|confirms|streams)/${NAME}|commits/[a-z0-9][a-z0-9._-]{0,127}|user/.+)$`,
)

/**
 * Every stored copy of configuration and keys has to hash to its name: a bad copy is damage, even while another is
 * whole; a missing one is a notice.
 */
export async function checkCopies(
  repository: Repository,
): Promise<{ problems: VerifyProblem[]; notices: VerifyProblem[] }> {
  const { store, keys } = repository
  const problems: VerifyProblem[] = []
  const notices: VerifyProblem[] = []
  for await (const { key } of store.list('keys/')) {
    const bytes = await store.get(key)
    if (createHash('sha256').update(bytes).digest('hex') !== key.slice(-64))
      problems.push({ object: key, what: 'is damaged' })
  }
  let copies = 0
  for await (const { key } of store.list('config/')) copies += /^config\/[abc]-[0-9a-f]{64}$/.test(key) ? 1 : 0
  if (copies < 3) notices.push({ object: 'config/', what: `has ${copies} copies instead of 3` })
  let keyrings = 0
  const current = keys.generation.toString(16).padStart(8, '0')
  for await (const { key } of store.list(`keys/${current}-`)) keyrings += key.endsWith(keys.name) ? 1 : 0
  if (keyrings < 2)
    notices.push({ object: `keys/${current}-${keys.name}`, what: `has ${keyrings} copies instead of 2` })
  return { problems, notices }
}

/**
 * Keys that are none of this format, and sessions that can't be read: nothing depends on them, and somebody should
 * know.
 */
export async function strangers(repository: Repository, signal?: AbortSignal): Promise<VerifyProblem[]> {
  const notices: VerifyProblem[] = []
  for await (const { key } of repository.store.list('', signal ? { signal } : {})) {
    const isOurs = KEYS.test(key) && (!key.startsWith('packs/') || packKey(key.slice(-64)) === key)
    if (!isOurs) notices.push({ object: key, what: 'is no object of a repository' })
  }
  const { problems } = await repository.readDocuments('sessions', ObjectType.SESSION, signal ? { signal } : {})
  notices.push(
    ...problems.map(({ key }) => ({
      object: key,
      what: 'can not be read: it counts as an open writer for a day, then repair removes it',
    })),
  )
  return notices
}
