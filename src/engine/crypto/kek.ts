/**
 * BACKUP_ENCRYPTION_KEY: the forms that are taken and the ones that are refused. The value only ever wraps other keys.
 * No message, context or error of this file holds any of it.
 */
import { createHmac, scryptSync } from 'node:crypto'
import fs from 'node:fs'
import { BackupError, systemCode } from '../../kernel/backup-error.ts'
import { isCredential } from '../../kernel/fleeting-file.ts'
import { isGuessable } from './guessable.ts'
import { looksLikePaperKey, readPaperKey } from './paper-key.ts'

const KEY_BYTES = 32
const PASSPHRASE_CHARS_MIN = 16
const DISTINCT_MIN = 6
const NAME_THE_FILE = 'Name the file that holds the key itself'
const CLOSE_IT = 'Let only its owner read it, or keep it on a disk that has such rights'
const KEY_FILE_BYTES_MAX = 64 * 1024
const PLACEHOLDERS = [
  /^your[_-].*(key|here|passphrase|secret)$/i,
  /^(sua|minha|my)[_-].*(chave|key|aqui|here|senha)$/i,
  /^(replace|insert|put|enter|coloque|insira|troque)[_-]/i,
  /^change[_-]?me/i,
  /32[_-]char/i,
  /^(secret|password|senha|example|exemplo|test|teste)[_-]?\d*$/i,
  /^<.*>$/,
  /^x{8,}$/i,
]
const FINGERPRINT = 'neonpro/v1/key-fingerprint'
const SCRYPT_MEMORY_BYTES_MAX = 1200 * 1024 * 1024

export type Kek =
  | { readonly kind: 'raw'; readonly key: Buffer }
  | {
      readonly kind: 'passphrase'
      readonly text: string
      readonly warning?: 'TYPED_KEY'
      /**
       * Set on a passphrase that is tried first by those who guess, to where it came from. It opens what it has locked,
       * but locks nothing new.
       */
      readonly guessable?: string
    }

type Passphrase = Extract<Kek, { kind: 'passphrase' }>

export interface ScryptParameters {
  readonly n: number
  readonly r: number
  readonly p: number
  readonly salt: Buffer
}

/** 32 MiB and about 0.2 s: the least that stays out of reach of guessing a good passphrase. */
export const SCRYPT_COST = { n: 32768, r: 8, p: 3 } as const

/**
 * Parses one key value. `source` names where it came from ("BACKUP_ENCRYPTION_KEY"). Throws KEY_PLACEHOLDER, KEY_WEAK,
 * KEY_REFUSED, KEY_MISSING, KEY_FILE_UNREADABLE.
 */
export function parseKek(value: string, source: string, depth = 0): Kek {
  const text = value.trim()
  if (text === '') throw new BackupError('KEY_MISSING', `${source} is empty.`, { context: { source } })
  if (text.startsWith('file:')) return fromFile(text.slice(5), source, depth)
  const body = text.replace(/^(base64|hex|passphrase|paper):/, '')
  if (PLACEHOLDERS.some((pattern) => pattern.test(body)))
    throw new BackupError('KEY_PLACEHOLDER', `${source} is a placeholder.`, { context: { source } })
  if (/^(kms:|age1|AGE-SECRET-KEY-)/.test(text))
    throw refused(
      source,
      'Keys in a KMS and age recipients are not taken by this version; use a raw key or a passphrase',
    )
  if (text.startsWith('passphrase:')) return passphrase(body, source)
  if (text.startsWith('hex:')) return raw(hexBytes(body), source)
  if (text.startsWith('base64:')) return raw(base64Bytes(body), source)
  if (text.startsWith('paper:') || looksLikePaperKey(text)) return raw(paperBytes(body, source), source)
  return unprefixed(text, source)
}

function unprefixed(text: string, source: string): Kek {
  if (/^[0-9a-fA-F]{64}$/.test(text)) return raw(hexBytes(text), source)
  if (/^[A-Za-z0-9+/]{43}=$/.test(text) || /^[A-Za-z0-9_-]{43}$/.test(text)) return raw(base64Bytes(text), source)
  if (/^[0-9a-fA-F]{32}$/.test(text))
    throw refused(
      source,
      '32 hexadecimal digits are 128 bits: give 64 of them, or write "passphrase:" before the value if it is one',
    )
  if (/^[A-Za-z0-9+/_-]{16,}={1,2}$/.test(text) || /^[A-Za-z0-9+/]{44}$/.test(text))
    return raw(base64Bytes(text), source)
  if (/^[\x20-\x7e]{32}$/.test(text)) return { ...passphrase(text, source), warning: 'TYPED_KEY' }
  throw refused(
    source,
    'It has none of the known forms: base64: or hex: with 32 bytes, the 13 groups of a paper key, passphrase: with at least 16 characters, file: with a path, or exactly 32 characters',
  )
}

function raw(bytes: Buffer | undefined, source: string): Kek {
  if (bytes?.length !== KEY_BYTES)
    throw refused(
      source,
      bytes
        ? `It holds ${bytes.length} B where 32 bytes are needed`
        : 'It holds characters that its form does not have',
    )
  if (new Set(bytes).size < DISTINCT_MIN) throw weak(source)
  return { kind: 'raw', key: bytes }
}

function passphrase(text: string, source: string): Passphrase {
  if ([...text].length < PASSPHRASE_CHARS_MIN)
    throw new BackupError('KEY_WEAK', `${source} has fewer than 16 characters.`, { context: { source } })
  if (new Set(text).size < DISTINCT_MIN) throw weak(source)
  return { kind: 'passphrase', text: text.normalize('NFC'), ...(isGuessable(text) && { guessable: source }) }
}

/** A key that is to lock something from now on must not be guessable. Throws KEY_WEAK. */
export function requireStrength(kek: Kek): void {
  if (kek.kind === 'passphrase' && kek.guessable !== undefined) throw weak(kek.guessable)
}

/** The number of a group says where to look, and nothing of what stands there. */
function paperBytes(text: string, source: string): Buffer {
  const read = readPaperKey(text)
  if ('key' in read) return read.key
  if ('groups' in read) throw refused(source, `A paper key has 13 groups of five, and this one has ${read.groups}`)
  if ('isOther' in read)
    throw refused(source, 'Each group could be one of a paper key, but together they are none: compare all of them')
  const groups = read.wrong.join(', ')
  throw refused(source, `Group ${groups} of the paper key is not as it was printed: compare it letter by letter`)
}

function hexBytes(text: string): Buffer | undefined {
  return /^([0-9a-fA-F]{2})+$/.test(text) ? Buffer.from(text, 'hex') : undefined
}

function base64Bytes(text: string): Buffer | undefined {
  return /^[A-Za-z0-9+/_-]+=*$/.test(text) ? Buffer.from(text, 'base64') : undefined
}

function fromFile(file: string, source: string, depth: number): Kek {
  if (depth > 0) throw refused(source, 'A key file may not point to another file', NAME_THE_FILE)
  let text: string
  try {
    const status = fs.statSync(file)
    if (!status.isFile() || status.size > KEY_FILE_BYTES_MAX)
      throw refused(source, `${file} is no key file`, NAME_THE_FILE)
    if ((status.mode & 0o077) !== 0 && !isGivenByList(file, status.mode))
      throw refused(source, `The key file ${file} can be read by others: run "chmod 600 ${file}"`, CLOSE_IT)
    text = fs.readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof BackupError) throw error
    throw new BackupError('KEY_FILE_UNREADABLE', `The key file ${file} can't be read.`, {
      context: { path: file, cause: systemCode(error) },
      cause: error,
    })
  }
  if (text.trim() === '') throw emptyFile(file)
  return parseKek(text, source, depth + 1)
}

/**
 * A full disk or a copy that broke off leaves such a file: the key is elsewhere, and no new one opens what is there.
 */
function emptyFile(file: string): BackupError {
  return new BackupError('KEY_MISSING', `The key file ${file} is empty.`, {
    context: {
      path: file,
      gone: `the file ${file} is empty`,
      again:
        'Look for the key where a copy of it is kept: a recovery kit printed with its key, a password store, another machine; and put it back into this file.',
    },
  })
}

/**
 * systemd gives a service its credentials by an access list in a folder of its own; `stat` shows that list's mask as
 * the group's right to read.
 */
function isGivenByList(file: string, mode: number): boolean {
  return (mode & 0o037) === 0 && isCredential(fs.realpathSync(file))
}

/** The 32 bytes that wrap. A passphrase costs its scrypt time. */
export function kekBytes(kek: Kek, scrypt: ScryptParameters | undefined): Buffer {
  if (kek.kind === 'raw') return kek.key
  if (!scrypt) throw new BackupError('KEY_WRONG', 'This recipient takes no passphrase.')
  const { n, r, p, salt } = scrypt
  return scryptSync(Buffer.from(kek.text, 'utf8'), salt, KEY_BYTES, { N: n, r, p, maxmem: SCRYPT_MEMORY_BYTES_MAX })
}

/**
 * Eight hexadecimal digits to know a key by, the same in every place and repository. They say nothing about the key; a
 * passphrase's cost those who guess as much as opening does, and its holder the time.
 */
export function keyFingerprint(kek: Kek): string {
  const secret = kekBytes(kek, { ...SCRYPT_COST, salt: Buffer.from(FINGERPRINT) })
  return createHmac('sha256', secret).update(FINGERPRINT).digest('hex').slice(0, 8)
}

/**
 * What kits that earlier versions printed call the fingerprint: another one for each repository. A passphrase's is made
 * from its text without stretching, so it is shown to nobody but its holder.
 */
export function kekFingerprint(kek: Kek, repositoryId: Uint8Array): string {
  const secret = kek.kind === 'raw' ? kek.key : Buffer.from(kek.text, 'utf8')
  return createHmac('sha256', secret).update('neonpro/v1/fingerprint').update(repositoryId).digest('hex').slice(0, 8)
}

/** `advice`: where it is the file that is refused, and not what it holds. */
function refused(source: string, why: string, advice?: string): BackupError {
  return new BackupError('KEY_REFUSED', `${source} is refused. ${why}.`, {
    context: { source, why, ...(advice !== undefined && { advice }) },
  })
}

function weak(source: string): BackupError {
  return new BackupError('KEY_WEAK', `${source} repeats too few characters.`, { context: { source } })
}
