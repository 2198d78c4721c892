/** The page of the recovery kit, in the language of whoever prints it. */
import { formatTime } from '../format.ts'
import { keyKindText } from '../key-kind.ts'
import { type Locale, translator } from '../locale.ts'
import type { Kit, PrintedKey } from './kit.ts'

/** A line of a page that nobody loses when typing. */
const GROUPS_A_LINE = 5

const WORDS = {
  en: {
    title: 'RECOVERY KIT',
    withKey: 'THIS PAGE HOLDS THE KEY: whoever has it and the repository can read everything. Lock it away.',
    withoutKey: 'This page holds no key. Keep the key elsewhere: without it nothing can be read, by anybody.',
    repository: 'Repository',
    location: 'Location',
    format: 'Format',
    fingerprint: 'Fingerprint of this key',
    earlier: 'on kits of earlier versions',
    madeAt: 'Made at',
    keys: 'Keys that open it (* this one):',
    key: 'Key',
    paper:
      'The key, to type: 13 groups, each with a check of its own. Upper or lower case, with hyphens, spaces or neither:',
    qrKey: 'The same key as a QR code: what is scanned goes into a key file as it is.',
    qr: 'To tell by scanning which repository and key this page is about (it holds no key):',
    tool: 'SHA-256 of neonpro-rescue.mjs',
    steps: 'To get the data back on any machine:',
    step1:
      '1. Bring the repository (or a copy of it) and the key. Put the key into a file and close it to others: chmod 600 FILE',
    step2:
      '2. With the program: neonpro-backup restore latest --source NAME --target FOLDER --verify --repo LOCATION --key-file FILE',
    step2b:
      '   (neonpro-backup snapshots --repo LOCATION --key-file FILE lists the names; each source is restored by itself)',
    step3: '3. Without it, with Node.js >= 22.15 and neonpro-rescue.mjs alone:',
    step3b: '   node neonpro-rescue.mjs list --repo LOCATION --key-file FILE',
    step3c: '   node neonpro-rescue.mjs restore latest --source NAME --target FOLDER --repo LOCATION --key-file FILE',
  },
  'pt-BR': {
    title: 'KIT DE RECUPERAÇÃO',
    withKey: 'ESTA PÁGINA CONTÉM A CHAVE: quem a tiver com o repositório lê tudo. Guarde-a em um cofre.',
    withoutKey: 'Esta página não contém a chave. Guarde a chave em outro lugar: sem ela ninguém lê nada.',
    repository: 'Repositório',
    location: 'Local',
    format: 'Formato',
    fingerprint: 'Impressão digital desta chave',
    earlier: 'em kits de versões anteriores',
    madeAt: 'Feito em',
    keys: 'Chaves que o abrem (* esta):',
    key: 'Chave',
    paper:
      'A chave, para digitar: 13 grupos, cada um com sua conferência. Maiúsculas ou minúsculas, com hífens, espaços ou nenhum:',
    qrKey: 'A mesma chave em código QR: o que se lê vai para um arquivo de chave como está.',
    qr: 'Para saber, lendo o código, de que repositório e chave é esta página (não contém a chave):',
    tool: 'SHA-256 de neonpro-rescue.mjs',
    steps: 'Para trazer os dados de volta em qualquer máquina:',
    step1:
      '1. Traga o repositório (ou uma cópia dele) e a chave. Ponha a chave em um arquivo fechado aos outros: chmod 600 ARQUIVO',
    step2:
      '2. Com o programa: neonpro-backup restore latest --source NOME --target PASTA --verify --repo LOCAL --key-file ARQUIVO',
    step2b:
      '   (neonpro-backup snapshots --repo LOCAL --key-file ARQUIVO lista os nomes; cada origem é restaurada por si)',
    step3: '3. Sem ele, só com Node.js >= 22.15 e neonpro-rescue.mjs:',
    step3b: '   node neonpro-rescue.mjs list --repo LOCAL --key-file ARQUIVO',
    step3c: '   node neonpro-rescue.mjs restore latest --source NOME --target PASTA --repo LOCAL --key-file ARQUIVO',
  },
} as const

export interface PageParts {
  readonly locale: Locale
  /** Only when it was asked for. */
  readonly key: PrintedKey | undefined
  readonly qr: readonly string[]
}

export function pageLines(kit: Kit, { locale, key, qr }: PageParts): string[] {
  const words = WORDS[locale]
  const facts: ReadonlyArray<readonly [string, string | null | undefined]> = [
    [words.repository, kit.repositoryId],
    [words.location, kit.location],
    [words.format, `${kit.format}, ${kit.program}`],
    [words.fingerprint, `${kit.fingerprint} (${words.earlier}: ${kit.earlierFingerprint})`],
    [words.key, key?.text],
    [words.madeAt, formatTime(kit.madeAt)],
    [words.tool, kit.rescueSha256],
  ]
  const holders = kit.recipients.map(
    ({ id, label, kind, opensWithThisKey }) =>
      `  ${opensWithThisKey ? '*' : ' '} ${id}  ${keyKindText(kind, translator(locale))}  ${label}`,
  )
  return [
    words.title,
    key === undefined ? words.withoutKey : words.withKey,
    '',
    ...facts.flatMap(([name, value]) => (value ? [`${name}: ${value}`] : [])),
    ...(key?.paper === undefined ? [] : ['', words.paper, ...groupLines(key.paper)]),
    '',
    words.keys,
    ...holders,
    '',
    words.steps,
    words.step1,
    words.step2,
    words.step2b,
    words.step3,
    words.step3b,
    words.step3c,
    '',
    key === undefined ? words.qr : words.qrKey,
    ...qr,
  ]
}

function groupLines(paper: string): string[] {
  const groups = paper.split('-')
  const lines = Math.ceil(groups.length / GROUPS_A_LINE)
  return Array.from(
    { length: lines },
    (_, line) => `    ${groups.slice(line * GROUPS_A_LINE, (line + 1) * GROUPS_A_LINE).join(' ')}`,
  )
}
