import path from 'node:path'
import { BackupError } from '../../kernel/backup-error.ts'
import { type CommandContext, type CommandResult, textOption } from '../command.ts'
import type { AnswerOf } from '../json/index.ts'
import { openRepository, refuseKeyInRepository } from '../open.ts'
import { refuseOutputPlace } from '../output-place.ts'
import { writeKit } from '../recovery-kit/folder.ts'
import { kitOf, printedKey, qrText } from '../recovery-kit/kit.ts'
import { pageLines } from '../recovery-kit/page.ts'
import { qrLines, qrPicture } from '../recovery-kit/qr-code.ts'

/** A key is only ever printed for a person who asked for it: JSON goes to programs and their logs. */
export async function run(context: CommandContext): Promise<CommandResult<AnswerOf<'key recovery-kit'>>> {
  const isWithKey = context.options['withKey'] === true
  const to = textOption(context.options, 'to')
  const folder = to === undefined ? undefined : path.resolve(to)
  if (isWithKey && folder === undefined && context.options['json'] === true)
    throw new BackupError('USAGE', '--with-key prints the key for paper: it does not go with --json.')
  // Whoever takes the repository must not have the kit's key with it, and a lost disk must not take both.
  if (folder !== undefined) {
    refuseKeyInRepository(path.join(folder, 'recovery-kit.txt'))
    refuseOutputPlace(context, folder)
  }
  await using opened = await openRepository(context)
  const kit = kitOf(opened)
  const key = isWithKey ? printedKey(opened.keyInUse()) : undefined
  const code = qrText(kit, key)
  const page = (isTerminal: boolean) =>
    pageLines(kit, { locale: context.locale, key, qr: qrLines(code, { isTerminal }) })
  if (folder === undefined) {
    for (const line of page(process.stdout.isTTY === true)) context.say(line)
    return { json: kit }
  }
  const text = `${page(false).join('\n')}\n`
  const { rescueSha256 } = kit
  const files = writeKit(folder, { page: text, picture: qrPicture(code), rescueSha256, isSecret: isWithKey })
  for (const file of files) context.say(context.t('key.kitFile', { file }))
  context.say(context.t(isWithKey ? 'key.kitWithKey' : 'key.kitWithoutKey'))
  return { json: { ...kit, files } }
}
