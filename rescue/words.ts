/**
 * What people read, in English or Portuguese as LC_ALL, LC_MESSAGES or LANG say. What only an engineer reads of a
 * damaged object stays English.
 */
const language = process.env['LC_ALL'] || process.env['LC_MESSAGES'] || process.env['LANG'] || ''
const isPortuguese = language.toLowerCase().startsWith('pt')

export function words(en: string, pt: string): string {
  return isPortuguese ? pt : en
}
