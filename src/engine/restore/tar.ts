/**
 * Members of a tar archive in the pax format (POSIX.1-2024, pax, "ustar Interchange Format" and "pax Extended Header"),
 * byte by byte: names, link targets and attributes are written as they are, whatever their encoding, and times to the
 * nanosecond in any year.
 */

const BLOCK_BYTES = 512
const NAME_BYTES_MAX = 100
/** What an octal field of the old header holds. */
const ID_MAX = 0o7777777
const SIZE_MAX = 0o77777777777
const NANOSECONDS = 1_000_000_000n

export const TarType = {
  FILE: '0',
  LINK: '1',
  SYMBOLIC_LINK: '2',
  CHARACTER: '3',
  BLOCK: '4',
  DIRECTORY: '5',
  FIFO: '6',
} as const
export type TarType = (typeof TarType)[keyof typeof TarType]

export interface TarMember {
  readonly type: TarType
  readonly name: Uint8Array
  /** Of content; 0 for what has none. */
  readonly bytes: number
  /** Permissions, without the type. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly mtimeSeconds: number
  readonly mtimeNanoseconds: number
  readonly linkName?: Uint8Array
  readonly device?: { readonly major: number; readonly minor: number }
  /** Extended attributes; names are one character a byte and hold no "=". */
  readonly attributes: ReadonlyArray<{ readonly name: string; readonly value: Uint8Array }>
}

/** The header of a member, with a pax header before it where the old one does not hold all. */
export function tarHeader(member: TarMember): Buffer {
  const records = paxRecords(member)
  if (records.length === 0) return oldHeader(member)
  const body = Buffer.concat(records.map(([key, value]) => paxRecord(key, value)))
  const extended = oldHeader({
    type: 'x',
    name: Buffer.concat([Buffer.from('PaxHeaders/'), member.name]),
    bytes: body.length,
    mode: 0o644,
    uid: 0,
    gid: 0,
    mtimeSeconds: 0,
  })
  return Buffer.concat([extended, body, tarPadding(body.length), oldHeader(member)])
}

/** What fills the last block. */
export function tarPadding(bytes: number): Buffer {
  return Buffer.alloc((BLOCK_BYTES - (bytes % BLOCK_BYTES)) % BLOCK_BYTES)
}

/** Two empty blocks. */
export function tarEnd(): Buffer {
  return Buffer.alloc(2 * BLOCK_BYTES)
}

function paxRecords(member: TarMember): Array<readonly [string, Uint8Array]> {
  const { name, linkName, bytes, uid, gid, attributes, mtimeSeconds, mtimeNanoseconds } = member
  const texts: Array<readonly [string, Uint8Array]> = []
  for (const [key, value] of [
    ['path', name],
    ['linkpath', linkName],
  ] as const)
    if (value && (value.length > NAME_BYTES_MAX || !isAscii(value))) texts.push([key, value])
  const records = texts.some(([, value]) => !isUtf8(value))
    ? [['hdrcharset', Buffer.from('BINARY')] as const, ...texts]
    : texts
  const number = (key: string, value: number | string) => records.push([key, Buffer.from(String(value))])
  if (bytes > SIZE_MAX) number('size', bytes)
  if (uid > ID_MAX) number('uid', uid)
  if (gid > ID_MAX) number('gid', gid)
  if (mtimeNanoseconds !== 0 || mtimeSeconds < 0 || mtimeSeconds > SIZE_MAX)
    number('mtime', paxTime(mtimeSeconds, mtimeNanoseconds))
  for (const attribute of attributes) {
    const access = aclKey(attribute.name)
    const text = access && aclText(attribute.value)
    if (access && text) records.push([access, Buffer.from(text)])
    records.push([`SCHILY.xattr.${attribute.name}`, attribute.value])
  }
  return records
}

/** `length key=value\n`, the length with itself. */
function paxRecord(key: string, value: Uint8Array): Buffer {
  const rest = Buffer.concat([Buffer.from(` ${key}=`, 'latin1'), value, Buffer.from('\n')])
  let length = rest.length + 1
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length
  return Buffer.concat([Buffer.from(String(length)), rest])
}

/** Decimal seconds. */
function paxTime(seconds: number, nanoseconds: number): string {
  const total = BigInt(seconds) * NANOSECONDS + BigInt(nanoseconds)
  const size = total < 0n ? -total : total
  const fraction = String(size % NANOSECONDS)
    .padStart(9, '0')
    .replace(/0+$/, '')
  return `${total < 0n ? '-' : ''}${size / NANOSECONDS}${fraction === '' ? '' : `.${fraction}`}`
}

interface OldHeader {
  readonly type: TarType | 'x'
  readonly name: Uint8Array
  readonly bytes: number
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly mtimeSeconds: number
  readonly linkName?: Uint8Array
  readonly device?: { readonly major: number; readonly minor: number }
}

/** What does not fit stands in the pax header, and here its nearest. */
function oldHeader(header: OldHeader): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES)
  const octal = (value: number, at: number, digits: number) =>
    block.write(
      Math.min(Math.max(value, 0), 8 ** digits - 1)
        .toString(8)
        .padStart(digits, '0'),
      at,
      'latin1',
    )
  block.set(header.name.subarray(0, NAME_BYTES_MAX), 0)
  octal(header.mode, 100, 7)
  octal(header.uid, 108, 7)
  octal(header.gid, 116, 7)
  octal(header.bytes, 124, 11)
  octal(header.mtimeSeconds, 136, 11)
  block.write(header.type, 156, 'latin1')
  if (header.linkName) block.set(header.linkName.subarray(0, NAME_BYTES_MAX), 157)
  block.write('ustar\u000000', 257, 'latin1')
  octal(header.device?.major ?? 0, 329, 7)
  octal(header.device?.minor ?? 0, 337, 7)
  block.fill(' ', 148, 156)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\u0000 `, 148, 'latin1')
  return block
}

function isAscii(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte < 0x80)
}

export function isUtf8(bytes: Uint8Array): boolean {
  return Buffer.from(Buffer.from(bytes).toString('utf8')).equals(bytes)
}

function aclKey(name: string): string | undefined {
  if (name === 'system.posix_acl_access') return 'SCHILY.acl.access'
  return name === 'system.posix_acl_default' ? 'SCHILY.acl.default' : undefined
}

/** By tag: linux/posix_acl.h. */
const ACL_TAGS: Readonly<Record<number, string>> = {
  1: 'user:',
  2: 'user',
  4: 'group:',
  8: 'group',
  16: 'mask:',
  32: 'other:',
}

/** An access list as text (`user:1234:r-x`), or undefined for a form that is not known. */
function aclText(value: Uint8Array): string | undefined {
  const bytes = Buffer.from(value)
  if (bytes.length < 4 || bytes.readUInt32LE(0) !== 2 || (bytes.length - 4) % 8 !== 0) return undefined
  const entries: string[] = []
  for (let at = 4; at < bytes.length; at += 8) {
    const tag = ACL_TAGS[bytes.readUInt16LE(at)]
    if (tag === undefined) return undefined
    const rights = bytes.readUInt16LE(at + 2)
    const text = `${rights & 4 ? 'r' : '-'}${rights & 2 ? 'w' : '-'}${rights & 1 ? 'x' : '-'}`
    entries.push(tag.endsWith(':') ? `${tag}:${text}` : `${tag}:${bytes.readUInt32LE(at + 4)}:${text}`)
  }
  return entries.join(',')
}
