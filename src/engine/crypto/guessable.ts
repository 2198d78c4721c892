/**
 * Whether a passphrase is one of those that are tried first: rows of the keyboard, common words, one word again and
 * again.
 */

/** What is left without words and rows has to hold at least so many characters. */
const OWN_CHARS_MIN = 8
const RUN_CHARS_MIN = 3
const ROWS = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm', '1234567890']
const WORDS = [
  'password',
  'passphrase',
  'encryption',
  'encrypt',
  'secret',
  'segredo',
  'senha',
  'chave',
  'backup',
  'restore',
  'neonpro',
  'clinica',
  'clinic',
  'hospital',
  'paciente',
  'supabase',
  'postgres',
  'admin',
  'master',
  'default',
  'example',
  'exemplo',
  'company',
  'empresa',
  'system',
  'sistema',
  'welcome',
  'letmein',
  'key',
  'test',
]

export function isGuessable(text: string): boolean {
  const plain = text.toLowerCase()
  if (isRepetition(plain)) return true
  const own = withoutRuns(WORDS.reduce((left, word) => left.replaceAll(word, ''), plain))
  return own.length < OWN_CHARS_MIN
}

/** True for a block of at most half the text that makes the whole of it. */
function isRepetition(text: string): boolean {
  for (let block = 1; block <= text.length / 2; block += 1)
    if (
      text ===
      text
        .slice(0, block)
        .repeat(Math.ceil(text.length / block))
        .slice(0, text.length)
    )
      return true
  return false
}

/** The text without stretches of three and more neighbours: abcd, 4321, qwert, aaaa. */
function withoutRuns(text: string): string {
  const kept: string[] = []
  for (let from = 0; from < text.length; ) {
    let to = from + 1
    while (to < text.length && areNeighbours(text[to - 1]!, text[to]!)) to += 1
    if (to - from < RUN_CHARS_MIN) kept.push(text.slice(from, to))
    from = to
  }
  return kept.join('')
}

function areNeighbours(a: string, b: string): boolean {
  const isBesideInRow = ROWS.some(
    (row) => row.includes(a) && row.includes(b) && Math.abs(row.indexOf(a) - row.indexOf(b)) <= 1,
  )
  return (
    isBesideInRow ||
    (/[a-z0-9]/.test(a) && /[a-z0-9]/.test(b) && Math.abs(a.charCodeAt(0) - b.charCodeAt(0)) <= 1) ||
    a === b
  )
}
