import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { type Kek, kekFingerprint } from '../../engine/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { isoTime, nowMs } from '../../kernel/clock.ts'
import { PROGRAM } from '../../kernel/program.ts'
import type { CommandContext, CommandResult } from '../command.ts'
import { formatTime } from '../format.ts'
import type { Locale } from '../locale.ts'
import { openRepository } from '../open.ts'

/** A key is only ever printed for a person who asked for it: JSON goes to programs and their logs. */
export async function run(context: CommandContext): Promise<CommandResult> {
  const isWithKey = context.options['withKey'] === true
  if (isWithKey && context.options['json'] === true)
    throw new BackupError('USAGE', '--with-key prints the key for paper: it does not go with --json.')
  await using opened = await openRepository(context)
  const { keys, config, store } = opened.repository
  const kek = opened.keyInUse()
  const kit = {
    repository: config.repositoryId,
    location: store.location,
    format: config.version,
    generation: keys.generation,
    madeAt: isoTime(nowMs()),
    program: PROGRAM,
    fingerprint: kekFingerprint(kek, keys.repositoryId),
    recipients: keys.recipients.map(({ id, label, kind }) => ({ id, label, kind, inUse: id === keys.openedBy })),
    rescueSha256: rescueSha256(),
    heads: opened.state.heads() ?? null,
  }
  for (const line of textOf(kit, { locale: context.locale, key: isWithKey ? keyText(kek) : undefined }))
    context.say(line)
  return { json: kit }
}

/** In the form that BACKUP_ENCRYPTION_KEY takes. */
function keyText(kek: Kek): string {
  return kek.kind === 'raw' ? `base64:${kek.key.toString('base64')}` : `passphrase:${kek.text}`
}

/**
 * Of the reader that is delivered beside the program, so that a copy of it can be trusted; null where it is not there.
 */
function rescueSha256(): string | null {
  try {
    const file = path.join(path.dirname(fs.realpathSync(process.argv[1]!)), '../neonpro-rescue.mjs')
    return createHash('sha256').update(fs.readFileSync(file)).digest('hex')
  } catch {
    return null
  }
}

interface Kit {
  readonly repository: string
  readonly location: string
  readonly format: string
  readonly generation: number
  readonly madeAt: string
  readonly program: string
  readonly fingerprint: string
  readonly recipients: ReadonlyArray<{
    readonly id: string
    readonly label: string
    readonly kind: string
    readonly inUse: boolean
  }>
  readonly rescueSha256: string | null
}

const WORDS = {
  en: {
    title: 'RECOVERY KIT',
    withKey: 'THIS PAGE HOLDS THE KEY: whoever has it and the repository can read everything. Lock it away.',
    withoutKey: 'This page holds no key. Keep the key elsewhere: without it nothing can be read, by anybody.',
    repository: 'Repository',
    location: 'Location',
    format: 'Format',
    fingerprint: 'Fingerprint of this key',
    madeAt: 'Made at',
    keys: 'Keys that open it (* this one):',
    key: 'Key',
    tool: 'SHA-256 of neonpro-rescue.mjs',
    steps: 'To get the data back on any machine:',
    step1:
      '1. Bring the repository (or a copy of it) and the key. Put the key into a file and close it to others: chmod 600 FILE',
    step2:
      '2. With the program: neonpro-backup restore latest --target FOLDER --verify --repo LOCATION --key-file FILE',
    step3: '3. Without it, with Node.js >= 22.15 and neonpro-rescue.mjs alone:',
    step3b: '   node neonpro-rescue.mjs restore latest --target FOLDER --repo LOCATION --key-file FILE',
  },
  'pt-BR': {
    title: 'KIT DE RECUPERAÇÃO',
    withKey: 'ESTA PÁGINA CONTÉM A CHAVE: quem a tiver com o repositório lê tudo. Guarde-a num cofre.',
    withoutKey: 'Esta página não contém a chave. Guarde a chave em outro lugar: sem ela ninguém lê nada.',
    repository: 'Repositório',
    location: 'Local',
    format: 'Formato',
    fingerprint: 'Impressão desta chave',
    madeAt: 'Feito em',
    keys: 'Chaves que o abrem (* esta):',
    key: 'Chave',
    tool: 'SHA-256 de neonpro-rescue.mjs',
    steps: 'Para trazer os dados de volta em qualquer máquina:',
    step1:
      '1. Traga o repositório (ou uma cópia dele) e a chave. Ponha a chave num arquivo fechado aos outros: chmod 600 ARQUIVO',
    step2: '2. Com o programa: neonpro-backup restore latest --target PASTA --verify --repo LOCAL --key-file ARQUIVO',
    step3: '3. Sem ele, só com Node.js >= 22.15 e neonpro-rescue.mjs:',
    step3b: '   node neonpro-rescue.mjs restore latest --target PASTA --repo LOCAL --key-file ARQUIVO',
  },
} as const

function textOf(kit: Kit, { locale, key }: { readonly locale: Locale; readonly key: string | undefined }): string[] {
  const words = WORDS[locale]
  const facts: ReadonlyArray<readonly [string, string | null | undefined]> = [
    [words.repository, kit.repository],
    [words.location, kit.location],
    [words.format, `${kit.format}, ${kit.program}`],
    [words.fingerprint, kit.fingerprint],
    [words.key, key],
    [words.madeAt, formatTime(kit.madeAt)],
    [words.tool, kit.rescueSha256],
  ]
  const holders = kit.recipients.map(({ id, label, kind, inUse }) => `  ${inUse ? '*' : ' '} ${id}  ${kind}  ${label}`)
  return [
    words.title,
    key === undefined ? words.withoutKey : words.withKey,
    '',
    ...facts.flatMap(([name, value]) => (value ? [`${name}: ${value}`] : [])),
    '',
    words.keys,
    ...holders,
    '',
    words.steps,
    words.step1,
    words.step2,
    words.step3,
    words.step3b,
  ]
}
