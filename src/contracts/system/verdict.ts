/**
 * One judgement over everything: is all well, and if not, why. It is drawn from facts that a system has or that a
 * repository alone can give, and said in one sentence.
 */
import type { LocalizedText } from '../error-catalog.ts'
import type { Locale } from '../failure.ts'
import { ageText, fill, listText } from '../texts.ts'
import type { LastVerification, SecondCopy, StatusVerdict, SystemStatus } from './report-views.ts'
import type { VerdictReason } from './vocabulary.ts'

/** A configuration, or a source of a repository that no system looks after. */
export interface ProtectedThing {
  /** For people. */
  readonly name: string
  /** Of its newest good point. ISO 8601; null without one. */
  readonly newestGoodAt: string | null
  /** Of its newest point, good or not. */
  readonly newestAt: string | null
}

export interface OtherSystem {
  /** Where it works. */
  readonly host: string
  /** Of its newest point. ISO 8601. */
  readonly newestAt: string
}

export interface VerdictFacts {
  /** What is to be protected. */
  readonly things: readonly ProtectedThing[]
  /** What the things are: for the words alone. */
  readonly kind: 'configuration' | 'source'
  /** Configurations whose last run failed. */
  readonly failed: readonly string[]
  /** Nothing that could run is left: points are there, and no new ones come. */
  readonly isAllDisabled: boolean
  /** How many are not resolved. */
  readonly alarms: number
  /** Something is due by itself, and nobody is there to start it. */
  readonly isUnattended: boolean
  /**
   * Codes of the errors that kept repositories from being read, with the name of any but the first; none where all are
   * whole.
   */
  readonly repositoryErrors: readonly string[]
  /** Configurations that the repository keeps of a system that is not here. */
  readonly unknownConfigs: readonly string[]
  /** That system, where its points show that it works on another machine; null where it may be lost. */
  readonly otherSystem: OtherSystem | null
  /** Null: none is known. */
  readonly lastVerification: LastVerification | null
  /** Null: none is known. */
  readonly secondCopy: SecondCopy | null
}

/** What is made each week has a day to spare. */
export const COPY_AGE_MS_MAX = 8 * 24 * 3_600_000

/** Brought up to date long ago, and without the newest good point: a backup made each month is copied each month. */
export function isCopyOld(
  { at, newestAt }: Pick<SecondCopy, 'at' | 'newestAt'>,
  { newestGoodMs, nowMs }: { readonly newestGoodMs: number; readonly nowMs: number },
): boolean {
  const copiedMs = Date.parse(at)
  // A point that is dated ahead says nothing of those that came after the copy.
  const holdsToMs = newestAt === null ? Number.NEGATIVE_INFINITY : Math.min(Date.parse(newestAt), copiedMs)
  return nowMs - copiedMs > COPY_AGE_MS_MAX && newestGoodMs > holdsToMs
}

const TEXTS: Readonly<
  Record<
    | VerdictReason
    | 'NOTHING_PROTECTED.configuration'
    | 'NO_SCHEDULER.since'
    | 'GOOD.configuration'
    | 'GOOD.source'
    | 'LOOK'
    | 'NEWEST_INCOMPLETE'
    | 'COPY_OLD'
    | 'OTHER_SYSTEM'
    | 'BAD',
    LocalizedText
  >
> = {
  'GOOD.configuration': {
    en: 'All is well: {count} {count:configuration is|configurations are} protected, the newest good point was made {age}.',
    'pt-BR':
      'Está tudo bem: {count} {count:configuração protegida|configurações protegidas}, o ponto bom mais novo foi feito {age}.',
  },
  'GOOD.source': {
    en: 'All is well: {count} {count:source is|sources are} protected, the newest good point was made {age}.',
    'pt-BR':
      'Está tudo bem: {count} {count:origem protegida|origens protegidas}, o ponto bom mais novo foi feito {age}.',
  },
  NEWEST_INCOMPLETE: {
    en: 'the newest backup of {names} is incomplete, the newest good point was made {age}',
    'pt-BR': 'o backup mais novo de {names} está incompleto, o ponto bom mais novo foi feito {age}',
  },
  COPY_OLD: {
    en: 'the second copy was last brought up to date {age}',
    'pt-BR': 'a segunda cópia foi atualizada pela última vez {age}',
  },
  OTHER_SYSTEM: {
    en: 'the repository is that of a system on another machine ({host}), which made its newest point {age}; of its runs and alarms only its own "status" knows',
    'pt-BR':
      'o repositório é o de um sistema em outra máquina ({host}), que fez seu ponto mais novo {age}; as execuções e os alarmes dele, só o "status" de lá conhece',
  },
  LOOK: { en: 'Look at this: {why}.', 'pt-BR': 'Veja isto: {why}.' },
  BAD: { en: 'NOT WELL: {why}.', 'pt-BR': 'ATENÇÃO: {why}.' },
  NOTHING_PROTECTED: {
    en: 'nothing is protected, there is no good restore point',
    'pt-BR': 'nada está protegido, não há nenhum ponto de restauração bom',
  },
  'NOTHING_PROTECTED.configuration': {
    en: 'nothing is protected by itself, no configuration has a good restore point',
    'pt-BR': 'nada é protegido automaticamente, nenhuma configuração tem um ponto de restauração bom',
  },
  RUN_FAILED: { en: 'the last run of {names} failed', 'pt-BR': 'a última execução de {names} falhou' },
  ONLY_INCOMPLETE: {
    en: 'every restore point of {names} is incomplete',
    'pt-BR': 'todos os pontos de restauração de {names} estão incompletos',
  },
  ALL_DISABLED: {
    en: 'every configuration is disabled, so nothing is backed up any more',
    'pt-BR': 'todas as configurações estão desativadas, nada mais é guardado',
  },
  ALARM_OPEN: {
    en: '{count} {count:alarm is|alarms are} open',
    'pt-BR': '{count} {count:alarme aberto|alarmes abertos}',
  },
  REBUILD_NEEDED: {
    en: 'the repository keeps {count} {count:configuration|configurations} of a system that is not here ({names}), so nothing of it runs from here',
    'pt-BR':
      'o repositório guarda {count} {count:configuração|configurações} de um sistema que não está aqui ({names}), e nada dele é executado daqui',
  },
  NO_SCHEDULER: {
    en: 'no scheduler is running, so nothing starts by itself',
    'pt-BR': 'nenhum agendador em execução, nada começa sozinho',
  },
  'NO_SCHEDULER.since': {
    en: 'no scheduler is running, so nothing starts by itself: the newest good point was made {age}, and no other comes',
    'pt-BR':
      'nenhum agendador em execução, nada começa sozinho: o ponto bom mais novo foi feito {age}, e nenhum outro virá',
  },
  REPOSITORY_NOT_WHOLE: {
    en: 'the repository could not be read as a whole ({names})',
    'pt-BR': 'o repositório não pôde ser lido por inteiro ({names})',
  },
  DAMAGE_FOUND: {
    en: 'the last verification found damage',
    'pt-BR': 'a última verificação encontrou danos',
  },
}

/** The facts of a system's status. */
export function verdictFactsOf(status: Omit<SystemStatus, 'verdict'>): VerdictFacts {
  const { configs, scheduler } = status
  const enabled = configs.filter((config) => config.enabled)
  const isAllDisabled = configs.length > 0 && enabled.length === 0
  return {
    // What was disabled is not protected any more, however good its points are.
    things: (isAllDisabled ? configs : enabled).map(({ name, newestGoodAt, newestAt }) => ({
      name,
      newestGoodAt,
      newestAt,
    })),
    kind: 'configuration',
    failed: enabled.filter(({ lastRun }) => lastRun?.state === 'FAILED').map(({ name }) => name),
    isAllDisabled,
    alarms: status.alerts.length,
    isUnattended: !scheduler.alive && enabled.some(({ nextRunLocal }) => nextRunLocal !== null),
    repositoryErrors: repositoryErrorsOf(status),
    unknownConfigs: [],
    otherSystem: null,
    lastVerification: [status.lastVerification, ...status.repositories.map((each) => each.lastVerification)].reduce(
      (worst, each) => ((each?.problems ?? 0) > (worst?.problems ?? 0) ? each : worst),
    ),
    secondCopy: status.secondCopy,
  }
}

/** One that nothing writes to may well be in a safe. */
function repositoryErrorsOf({ repositoryError, repositories }: Omit<SystemStatus, 'verdict'>): string[] {
  const [, ...further] = repositories
  return [
    ...(repositoryError === null ? [] : [repositoryError]),
    ...further.flatMap(({ name, errorCode, configs }) =>
      errorCode === null || configs.length === 0 ? [] : [`${name}: ${errorCode}`],
    ),
  ]
}

interface Reader {
  /** In which the sentence is. */
  readonly locale: Locale
  /** By which ages are told. */
  readonly nowMs: number
}

/** The judgement, and its sentence in the reader's language. */
export function verdictOf(facts: VerdictFacts, { locale, nowMs }: Reader): StatusVerdict {
  const reasons = reasonsOf(facts)
  const good = facts.things.filter(({ newestGoodAt }) => newestGoodAt !== null)
  const newest = Math.max(...good.map(({ newestGoodAt }) => Date.parse(newestGoodAt!)))
  const why = reasons.map(({ code, names }) =>
    fill(
      TEXTS[textKeyOf(code, facts, good.length > 0)][locale],
      {
        names: listText(names, locale),
        count: code === 'REBUILD_NEEDED' ? names.length : facts.alarms,
        age: good.length > 0 ? ageText(nowMs - newest, locale) : '',
      },
      locale,
    ),
  )
  const sentence =
    reasons.length === 0
      ? goodSentence(facts, { locale, nowMs })
      : fill(TEXTS.BAD[locale], { why: why.join('; ') }, locale)
  return { isGood: reasons.length === 0, sentence, reasons }
}

/**
 * Where the newest backup of something lacks files, the second copy is old, or another machine knows more, nobody says
 * that all is well.
 */
function goodSentence(facts: VerdictFacts, { locale, nowMs }: Reader): string {
  const good = facts.things.filter(({ newestGoodAt }) => newestGoodAt !== null)
  const partial = good.filter(({ newestGoodAt, newestAt }) => newestAt !== null && newestAt !== newestGoodAt)
  const age = (times: readonly number[], pick: (...times: number[]) => number) =>
    ageText(nowMs - pick(...times), locale)
  const timesOf = (things: readonly ProtectedThing[]) => things.map(({ newestGoodAt }) => Date.parse(newestGoodAt!))
  const { otherSystem, secondCopy } = facts
  const names = listText(
    partial.map(({ name }) => name),
    locale,
  )
  const looks = [
    // Of several that lack something the one that waits longest says how grave it is.
    ...(partial.length > 0
      ? [fill(TEXTS.NEWEST_INCOMPLETE[locale], { names, age: age(timesOf(partial), Math.min) }, locale)]
      : []),
    ...(secondCopy !== null && isCopyOld(secondCopy, { newestGoodMs: Math.max(...timesOf(good)), nowMs })
      ? [fill(TEXTS.COPY_OLD[locale], { age: ageText(nowMs - Date.parse(secondCopy.at), locale) }, locale)]
      : []),
    ...(otherSystem === null
      ? []
      : [
          fill(
            TEXTS.OTHER_SYSTEM[locale],
            { host: otherSystem.host, age: ageText(nowMs - Date.parse(otherSystem.newestAt), locale) },
            locale,
          ),
        ]),
  ]
  if (looks.length > 0) return fill(TEXTS.LOOK[locale], { why: looks.join('; ') }, locale)
  return fill(TEXTS[`GOOD.${facts.kind}`][locale], { count: good.length, age: age(timesOf(good), Math.max) }, locale)
}

/** A repository may hold good points that were made by hand: of a system only its configurations are judged. */
function textKeyOf(code: VerdictReason, { kind }: VerdictFacts, hasGood: boolean): keyof typeof TEXTS {
  if (code === 'NO_SCHEDULER' && hasGood) return 'NO_SCHEDULER.since'
  return code === 'NOTHING_PROTECTED' && kind === 'configuration' ? `${code}.${kind}` : code
}

/** The gravest first. */
function reasonsOf(facts: VerdictFacts): StatusVerdict['reasons'] {
  const { things } = facts
  const incomplete = things.filter(({ newestGoodAt, newestAt }) => newestGoodAt === null && newestAt !== null)
  const isNothing = things.every(({ newestGoodAt }) => newestGoodAt === null)
  const found: ReadonlyArray<readonly [code: VerdictReason, holds: boolean, names?: readonly string[]]> = [
    ['REPOSITORY_NOT_WHOLE', facts.repositoryErrors.length > 0, facts.repositoryErrors],
    ['REBUILD_NEEDED', facts.unknownConfigs.length > 0 && facts.otherSystem === null, facts.unknownConfigs],
    ['NOTHING_PROTECTED', isNothing],
    ['RUN_FAILED', facts.failed.length > 0, facts.failed],
    ['ONLY_INCOMPLETE', incomplete.length > 0, incomplete.map(({ name }) => name)],
    ['ALL_DISABLED', facts.isAllDisabled],
    ['DAMAGE_FOUND', (facts.lastVerification?.problems ?? 0) > 0],
    ['ALARM_OPEN', facts.alarms > 0],
    ['NO_SCHEDULER', facts.isUnattended],
  ]
  return found.flatMap(([code, holds, names = []]) => (holds ? [{ code, names }] : []))
}
