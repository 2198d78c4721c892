import { fill, type LocalizedText } from '../../../contracts/index.ts'
import { isoTime } from '../../../kernel/clock.ts'
import { RepositoryRole, withRepository } from '../../parts.ts'
import type { AlarmRule, RuleContext } from '../alarm-rule.ts'
import { freeSpaceLimit, homeRoom, repositoryRoom } from '../free-space.ts'
import { bytesText } from '../quantities.ts'

/** Of the threshold: above it the alarm ends. */
const ENDS_ABOVE = 1.2

const HOME: LocalizedText = { en: "the system's folder (HOME)", 'pt-BR': 'da pasta do sistema (HOME)' }
const FIRST: LocalizedText = { en: 'the repository', 'pt-BR': 'do repositório' }
const FURTHER: LocalizedText = { en: 'the repository {name}', 'pt-BR': 'do repositório {name}' }

interface Place {
  readonly resource: string
  readonly text: LocalizedText
  /** For the text. */
  readonly name: string
  readonly bytesFree: number | undefined
}

async function placesOf({ parts, db }: RuleContext): Promise<Place[]> {
  const places: Place[] = []
  for (const repository of await parts.repositories.all(db)) {
    const { role, name } = repository
    const isFirst = role === RepositoryRole.FIRST
    places.push({
      resource: isFirst ? 'storage:repository' : `storage:repository:${name}`,
      ...{ text: isFirst ? FIRST : FURTHER, name },
      bytesFree: (await repositoryRoom(withRepository(parts, repository)))?.bytesFree,
    })
  }
  const home = (await homeRoom(parts))?.bytesFree
  return [...places, { resource: 'storage:home', text: HOME, name: '', bytesFree: home }]
}

/**
 * Less free room than `minFreeSpace` at a repository or at HOME: the largest that any enabled configuration asks for.
 * Reminds once a day.
 */
export const storageLow: AlarmRule = {
  type: 'STORAGE_LOW',
  severity: 'HIGH',
  title: { en: 'Little free space', 'pt-BR': 'Pouco espaço livre' },
  message: {
    en: '{free} are free on the disk of {place}; the limit is {limit}.',
    'pt-BR': 'Há {free} livres no disco {place}; o limite é {limit}.',
  },
  guidance: {
    en: 'Free some room, or shorten the retention and run "neonpro-backup prune". The limit: neonpro-backup config edit NAME --min-free-space SIZE (alertConfig.minFreeSpace).',
    'pt-BR':
      'Libere espaço ou encurte a política de retenção e execute "neonpro-backup prune". O limite: neonpro-backup config edit NOME --min-free-space TAMANHO (alertConfig.minFreeSpace).',
  },
  async evaluate(context) {
    const { parts, nowMs } = context
    const limit = await freeSpaceLimit(parts, context.db)
    const places = await placesOf(context)
    if (places.every(({ bytesFree }) => bytesFree === undefined)) return undefined
    return places.flatMap(({ resource, text, name, bytesFree }) => {
      const about = { resource }
      const isOpen = context.isOpen(about)
      // What can't be measured now stays as it was.
      const free = bytesFree ?? (isOpen ? limit : Number.POSITIVE_INFINITY)
      if (!(free < limit || (isOpen && free <= limit * ENDS_ABOVE))) return []
      const values = {
        place: fill(text[parts.locale], { name }, parts.locale),
        free: bytesText(free, parts.locale),
        limit: bytesText(limit, parts.locale),
      }
      return [{ about, occurrence: isoTime(nowMs).slice(0, 10), values, details: { bytesFree: free, limit } }]
    })
  },
}
