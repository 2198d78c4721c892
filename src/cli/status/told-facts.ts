/** What a status says of ages, of the last verification and of the second copy. */
import { ageText, numberText } from '../../contracts/index.ts'
import type { LastVerification, SecondCopy } from '../../contracts/system/index.ts'
import { nowMs } from '../../kernel/clock.ts'
import type { CommandContext } from '../command.ts'
import { formatMoment } from '../format.ts'

/** `2026-11-24 03:07:09 -03:00 (2 hours ago)`. */
export function momentAndAge(iso: string, { locale }: Pick<CommandContext, 'locale'>): string {
  return `${formatMoment(iso)} (${ageText(nowMs() - Date.parse(iso), locale)})`
}

interface ToldFacts {
  readonly lastVerification: LastVerification | null
  readonly secondCopy: SecondCopy | null
  /** Where the repository could not be read, the copy is what this machine knows from before. */
  readonly repositoryError: string | null
}

export function sayCopyAndVerification(
  { lastVerification: verified, secondCopy: copy, repositoryError }: ToldFacts,
  context: CommandContext,
): void {
  const { say, t, locale } = context
  if (!verified) say(t('status.neverVerified'))
  else {
    const how =
      verified.readShare === 0
        ? 'status.verifiedLists'
        : verified.readShare < 1
          ? 'status.verifiedShare'
          : 'status.verifiedAll'
    say(
      t('status.verified', {
        at: momentAndAge(verified.at, context),
        how: t(how, { share: numberText(verified.readShare * 100, locale) }),
        result: t(verified.problems === 0 ? 'status.noDamage' : 'status.damage', { count: verified.problems }),
      }),
    )
  }
  if (!copy) return say(t(repositoryError === null ? 'status.noCopy' : 'status.unknownCopy'))
  const line = t(copy.newestAt === null ? 'status.emptyCopy' : 'status.copy', {
    at: momentAndAge(copy.at, context),
    location: copy.location,
    snapshots: copy.snapshots,
    newest: copy.newestAt === null ? '' : momentAndAge(copy.newestAt, context),
  })
  say(repositoryError === null ? line : `${line} ${t('status.rememberedCopy')}`)
}
