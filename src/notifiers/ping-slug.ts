/** What stands for `{slug}` in the address of a ping: made of a configuration's name, the same on every machine. */
import { createHash } from 'node:crypto'

const DIGITS = 8

/**
 * "Clínica São José" gives "clinica-sao-jose". A name with letters that ASCII has no like of, "数据库" say, gets a number
 * of its own: without it all of them would be one.
 */
export function slugOf(name: string): string {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
  const slug = plain.replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '')
  const isWhole = slug !== '' && !/[\p{L}\p{N}]/u.test(plain.replace(/[a-z0-9]/g, ''))
  return isWhole ? slug : numberedSlug(name, slug)
}

/** The slug of a name whose own another has already. Digits of the name's SHA-256 in UTF-8, in form NFC. */
export function numberedSlug(name: string, slug = slugOf(name)): string {
  const digits = createHash('sha256').update(name.normalize('NFC')).digest('hex').slice(0, DIGITS)
  return `${slug || 'backup'}-${digits}`
}
