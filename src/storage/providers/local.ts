/** A folder of this machine: of a disk of its own, or of one that is mounted. */
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { BackupError } from '../../kernel/backup-error.ts'
import { isTilded, TILDE_KEPT } from '../../kernel/tilde.ts'
import { LocalStore } from '../local-store.ts'
import { type Provider, queryOf } from '../provider.ts'

type LocalSettings = {
  readonly basePath: string
  /** Octal. */
  readonly fileMode?: string | undefined
  readonly directoryMode?: string | undefined
  readonly uid?: number | undefined
  readonly gid?: number | undefined
}

const OCTAL_MODE = /^0?[0-7]{3}$/
const OWNER_ID = { en: 'a whole number from 0 up', 'pt-BR': 'um número inteiro a partir de 0' }

export const local: Provider<LocalSettings, 'LOCAL'> = {
  kind: 'LOCAL',
  scheme: 'file',
  settings: (z) =>
    z.strictObject({
      basePath: z
        .string()
        .min(1)
        .refine((text) => !isTilded(text), TILDE_KEPT),
      fileMode: z.string().regex(OCTAL_MODE).optional(),
      directoryMode: z.string().regex(OCTAL_MODE).optional(),
      uid: z.number().int().min(0).optional(),
      gid: z.number().int().min(0).optional(),
    }),
  secrets: [],
  text: {
    accepted: { en: 'an object with basePath', 'pt-BR': 'um objeto com basePath' },
    default: '—',
    meaning: 'A repository in a folder.',
  },
  texts: {
    basePath: {
      accepted: { en: 'a path', 'pt-BR': 'um caminho' },
      default: 'HOME/backups',
      meaning: 'The folder. In config.json, relative to HOME; else to the current folder.',
    },
    fileMode: {
      accepted: { en: 'an octal mode such as "0640"', 'pt-BR': 'um modo octal como "0640"' },
      default: '"0600"',
      meaning: 'Mode of the files written.',
    },
    directoryMode: {
      accepted: { en: 'an octal mode such as "0750"', 'pt-BR': 'um modo octal como "0750"' },
      default: '"0700"',
      meaning: 'Mode of the folders made.',
    },
    uid: { accepted: OWNER_ID, default: '—', meaning: 'Owner of what is written; only root may set it.' },
    gid: { accepted: OWNER_ID, default: '—', meaning: 'Group of what is written; only root may set it.' },
  },
  variables: {
    BACKUP_LOCAL_PATH: { meaning: "The repository's folder with provider LOCAL.", default: 'HOME/backups' },
  },
  placeVariable: 'BACKUP_LOCAL_PATH',
  fromUrl: (url) => {
    const [place = ''] = url.split('?', 1)
    if (/^file:\/*$/i.test(place)) throw new BackupError('USAGE', 'The repository is not named.')
    return { basePath: place.startsWith('file://') ? fileURLToPath(place) : place.slice('file:'.length), ...ofUrl(url) }
  },
  fromEnv: ({ BACKUP_LOCAL_PATH: basePath }) => (basePath === undefined ? undefined : { basePath }),
  fromPath: (basePath) => ({ basePath }),
  absolute: (settings, folder) => ({ ...settings, basePath: path.resolve(folder, settings.basePath) }),
  label: ({ basePath }) => path.resolve(basePath),
  localRoot: ({ basePath }) => path.resolve(basePath),
  open: ({ basePath, fileMode, directoryMode, uid, gid }) =>
    new LocalStore({
      basePath,
      ...(fileMode !== undefined && { fileMode: Number.parseInt(fileMode, 8) }),
      ...(directoryMode !== undefined && { directoryMode: Number.parseInt(directoryMode, 8) }),
      ...(uid !== undefined && { uid }),
      ...(gid !== undefined && { gid }),
    }),
}

const MEMBERS = ['mode', 'dir-mode', 'uid', 'gid'] as const

/** `?mode=0640&dir-mode=0750&uid=33&gid=33` */
function ofUrl(url: string): Partial<LocalSettings> {
  const members = queryOf(url, MEMBERS)
  for (const [name, value] of members)
    if (!(name.endsWith('mode') ? OCTAL_MODE : /^\d+$/).test(value))
      throw new BackupError(
        'USAGE',
        `The location has "${name}=${value}"; known are mode, dir-mode (octal), uid and gid.`,
      )
  const { mode, 'dir-mode': directoryMode, uid, gid } = Object.fromEntries(members)
  return {
    ...(mode !== undefined && { fileMode: mode }),
    ...(directoryMode !== undefined && { directoryMode }),
    ...(uid !== undefined && { uid: Number(uid) }),
    ...(gid !== undefined && { gid: Number(gid) }),
  }
}
