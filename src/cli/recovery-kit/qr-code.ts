/** QR codes for a page: in characters, two modules one above the other, and as a picture. */
import { encodeQR } from 'qr'

const BORDER_MODULES = 3
/** Readable from paper that was folded. */
const OPTIONS = { ecc: 'medium', border: BORDER_MODULES } as const
const INK = { both: '█', upper: '▀', lower: '▄', none: ' ' } as const

/**
 * Lines of equal width. On paper ink is dark; a terminal mostly writes light on dark, so there the light modules are
 * written.
 */
export function qrLines(text: string, { isTerminal }: { readonly isTerminal: boolean }): string[] {
  const modules = encodeQR(text, 'raw', OPTIONS)
  const isInked = (x: number, y: number): boolean => (modules[y]?.[x] ?? false) !== isTerminal && y < modules.length
  const lines: string[] = []
  for (let y = 0; y < modules.length; y += 2)
    lines.push(modules[y]!.map((_, x) => character(isInked(x, y), isInked(x, y + 1))).join(''))
  return lines
}

function character(isUpper: boolean, isLower: boolean): string {
  if (isUpper && isLower) return INK.both
  if (isUpper) return INK.upper
  return isLower ? INK.lower : INK.none
}

/** An SVG file. */
export function qrPicture(text: string): string {
  return `${encodeQR(text, 'svg', OPTIONS)}\n`
}
