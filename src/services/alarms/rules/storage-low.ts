import type { LocalizedText } from '../../../contracts/index.ts'
import { isoTime } from '../../../kernel/clock.ts'
import type { AlarmRule } from '../alarm-rule.ts'
import { freeSpaceLimit, homeRoom, repositoryRoom } from '../free-space.ts'
import { bytesText } from '../quantities.ts'

/** Of the threshold: above it the alarm ends. */
const ENDS_ABOVE = 1.2

const PLACES = {
  repository: { en: 'the repository', 'pt-BR': 'do repositório' },
  home: { en: "the system's folder (HOME)", 'pt-BR': 'da pasta do sistema (HOME)' },
} as const satisfies Readonly<Record<string, LocalizedText>>

/**
 * Less free room than `minFreeSpace` at the repository or at HOME: the largest that any enabled configuration asks for.
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
    const frees = { repository: (await repositoryRoom(parts))?.bytesFree, home: (await homeRoom(parts))?.bytesFree }
    if (frees.repository === undefined && frees.home === undefined) return undefined
    return (['repository', 'home'] as const).flatMap((place) => {
      const about = { resource: `storage:${place}` }
      const isOpen = context.isOpen(about)
      // What can't be measured now stays as it was.
      const free = frees[place] ?? (isOpen ? limit : Number.POSITIVE_INFINITY)
      if (!(free < limit || (isOpen && free <= limit * ENDS_ABOVE))) return []
      const values = {
        place: PLACES[place][parts.locale],
        free: bytesText(free, parts.locale),
        limit: bytesText(limit, parts.locale),
      }
      return [{ about, occurrence: isoTime(nowMs).slice(0, 10), values, details: { bytesFree: free, limit } }]
    })
  },
}
