import path from 'node:path'

/** Whether a text can be what a place is remembered by: an absolute path, or a URL. */
export function isLabel(text: string): boolean {
  return path.isAbsolute(text) || /^[a-z][a-z0-9+.-]*:\/\//i.test(text)
}
