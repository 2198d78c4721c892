/**
 * Finds words of the other language in a text. English words are those of the English texts of the program (they grow
 * with it), Portuguese words those of the Portuguese ones; what both languages write alike, and what is typed or named
 * as it is in either, stands here with the reason. What is data (paths, numbers, codes, commands, options) is taken out
 * first.
 */
import { KINDS as OBJECT_KINDS } from '../../src/cli/choices.ts'
import { COMMANDS } from '../../src/cli/commands.ts'
import { CONFIG_OPTIONS } from '../../src/contracts/system/option-reference.ts'
import { toldTexts } from './told-texts.ts'

/** Words that may stand in a text of either language. */
const SHARED: ReadonlyArray<readonly [reason: string, words: string]> = [
  [
    'written alike in both languages, with the same sense or another',
    'a as base compare console data do e for formato item legal local me move no normal octal remove sobre terminal total use',
  ],
  [
    'technical words that Portuguese speakers use as they are (docs/glossary.md)',
    `backup backups bit bits blob blobs byte bytes cache checkpoint email firewall glob globs hard hash healthcheck healthchecks host id
     inode inodes kernel kit kits link links log logs mail online pid ping pings pipe pooler root script shell site slug snapshot
     snapshots socket software status string url urls webhook`,
  ],
  [
    'names of products, formats, standards and units',
    `age azure b cpu cron ctrl c d g gcs gib h http https iana iso json k kib kms m mib min ms mjs n neonpro node nul null pgbouncer
     postgresql qr s sha smtp smtps supabase systemd t tab tar tib u utf w z zip zstd`,
  ],
  [
    'programs of the machine, as they are typed',
    'bash chattr chmod createdb dmesg export fish iostat mount openssl rand remount rm ro rw sudo tee tmpdir top ulimit limitnofile zsh',
  ],
  ['permission bits, as the system names them', 'setgid setuid'],
  ['a file that examples name', 'agenda'],
  ['roles that a PostgreSQL server knows', 'anon authenticated'],
  ['values, typed as they are', 'all auto false latest none raw true'],
  ['forms of a key, typed as they are', 'env file hex passphrase whsec'],
  ['types of values of the library', 'array readable uint'],
  ['patterns of times and files, as they are typed', 'hh mm tmp'],
  ['what stands on every line of a list that is well', 'ok'],
  ['HOME, the folder of the system, as docs and options name it', 'home'],
  ['folders of a repository, as they are named on the disk', 'config keys'],
  ['the variable of the temporary folder', 'tmpdir'],
]

const KINDS = [...OBJECT_KINDS, 'snapshot', 'pack', 'tree', 'blob'].join('|')

/** Taken out whole: lists of values that are typed as they are in either language, and members of objects. */
const TYPED_AS_THEY_ARE = [
  /always, if-changed, if-newer (or|ou) never/g,
  /"?always"?, "?if-changed"?, "?if-newer"? (or|ou) "?never"?/g,
  /trace, debug, info, warn, error, fatal (or|ou) silent/g,
  /host,\s+source,\s+path,?\s+(and |e )?tag|(default|padrão): source/g,
  /(auto, )?plain( \((lines|linhas)\))?, json( \((events|eventos)\))? (or|ou) none/g,
  /full, incremental (or|ou) differential/gi,
  /(json (or|ou) pretty|file (or|ou) console|first-of- (or|ou) last-of- (and|e) day, week, month, quarter (or|ou) year)/g,
  /\b(first|last)-of-\w+/g,
  /(an object with|um objeto com|a list of|with|com) (page (and|e) limit|pattern (and|e) keep|type file|type|paths|basePath|targetPath)/g,
  /frequency, cron (and|e) every/g,
  /subtree (and|e) targetPath|kind (and|e) settings \([a-z ]+ (is|é) targetPath\)/g,
  /PENDING, RUNNING, COMPLETED,|PARTIAL, FAILED, CANCELLED (or|ou) MISSED|--state FAILED/g,
  /FULL, INCREMENTAL, DIFFERENTIAL(, FILES (or|ou) DATABASE)?/g,
  /FILES(,? ((or|ou) )?DATABASE)?\b|LOCAL, S3, GCS (or|ou) AZURE/g,
  /LOW, (NORMAL|MEDIUM), HIGH (or|ou) CRITICAL/g,
  /HOURLY(, DAILY, WEEKLY (or|ou) MONTHLY)?|--frequency DAILY/g,
  /SUN, MON, TUE, WED, THU, FRI (or|ou) SAT|(or|ou) MON\b/g,
  /\b(FULL|INCREMENTAL|DIFFERENTIAL|NORMAL)\b/g,
  /such as retention|como retention/g,
  /recovery-kit(-qr)?\.\w+/g,
  /scheduler: false/g,
  /\bif-changed\b|--clear retention/g,
  /mode, dir-mode \(octal\), uid (and|e) gid/g,
  // Kinds of objects, as `list` and `cat` take them.
  new RegExp(`\\b(${KINDS})(,\\s+(${KINDS}))+( (or|ou) (${KINDS}))?|\\btree`, 'g'),
  /SUCCESS, REFUSED (or|ou) FAILED/g,
  /systemctl stop [a-z-]+/g,
  /\.gitignore|\bPATH=|"\$PATH"/g,
  // Options by their names, where a refusal names them and where settings are listed.
  /(The setting|A opção) \S+|(did you mean|seria) [\w.]+\?|(one of the known options|uma das opções conhecidas): [\w, ]+/g,
  /(known are|os conhecidos são) [\w, ]+|(beside|ao lado de|no effect without|não tem efeito sem) \w+/g,
  /^(home|repository|retention|scheduler)(?= {2,})/gm,
  /\b(Error|Erro) [A-Z_]+:|\([A-Z]{4,}\)/g,
  // Beside its words, an option of a configuration is named as it is typed.
  new RegExp(
    `\\((schedule|database|${Object.keys(CONFIG_OPTIONS)
      .filter((name) => /^\w+$/.test(name))
      .join('|')})\\)`,
    'g',
  ),
  /\buser\//g,
]

const COMMAND_NAMES = [...new Set(COMMANDS.flatMap(({ name }) => [name, name.split(' ')[0]!]))].sort(
  (a, b) => b.length - a.length,
)
const COMMAND = new RegExp(`"(neonpro-(backup|rescue) )?(${COMMAND_NAMES.join('|')})\\b([^"]*)"`, 'g')
const BARE_COMMAND = new RegExp(
  `(neonpro-backup(?:\\.js)?|neonpro-rescue|neonpro-rescue\\.mjs|: ) ?(${COMMAND_NAMES.join('|')})\\b`,
  'g',
)

/** What people read as words; the rest is data. Placeholders of commands (FILE, NAME) are words. */
function wordsOf(text: string): string[] {
  let rest = text.replace(/\{\w+:([^{}|]*)\|([^{}]*)\}/g, ' $1 $2 ').replace(/\{\w*\}/g, ' ')
  rest = rest.replace(/neonpro-backup (list|cat) [a-z]+/g, ' ')
  rest = rest.replace(COMMAND, ' $4 ').replace(BARE_COMMAND, ' ')
  for (const each of TYPED_AS_THEY_ARE) rest = rest.replace(each, ' ')
  rest = rest
    .replace(/\[?\{ ?"?\w+"?[:,][^{}]*(\{[^{}]*\}[^{}]*)?\}\]?/g, ' ')
    .replace(/"[a-z][\w-]*"/g, ' ')
    .replace(/--[a-z][a-z0-9-]*(=\w+)?/g, ' ')
    .replace(/ -[a-zA-Z]\b/g, ' ')
    .replace(/https?:\S*|\b\w+:\/\/\S*/g, ' ')
    .replace(/[\w.~@*-]*(\/[\w.*@+-]+)+\/?/g, ' ')
    .replace(/\bneonpro-(backup|rescue)\b/g, ' ')
    // The value of a variable may be a placeholder: file:FILE.
    .replace(/\b[A-Za-z0-9]+_[A-Za-z0-9_]+( ?= ?\w+\b(?!:)|=(\w+:)?)?/g, ' ')
    .replace(/\b\w+\([^()]*\)|\b\w+[.@]\w[\w.@]*/g, ' ')
    .replace(/\b[a-z]+[A-Z]\w*/g, ' ')
    .replace(/\b(?=[0-9a-f-]*\d)[0-9a-f]{2,}(-[0-9a-f]+)*\b/g, ' ')
    .replace(/\b(E[A-Z]{3,}|DEBUG=\S*|LANG|TZ)\b/g, ' ')
  return rest.toLowerCase().match(/\p{L}[\p{L}']*/gu) ?? []
}

const shared = new Set(SHARED.flatMap(([, words]) => words.split(/\s+/)))
const texts = toldTexts()
const english = new Set(texts.flatMap((each) => wordsOf(each.en)).filter((word) => !shared.has(word)))
/** What stands in both lists is told by the Portuguese texts, which may have no English word. */
const portuguese = new Set(
  texts.flatMap((each) => wordsOf(each.pt)).filter((word) => !shared.has(word) && !english.has(word)),
)

/** English words of a text that should have none, in the order in which they stand. */
export function englishIn(text: string): string[] {
  return wordsOf(text).filter((word) => english.has(word))
}

/** Portuguese words, and words with accents, of a text that should be English. */
export function portugueseIn(text: string): string[] {
  return wordsOf(text).filter((word) => portuguese.has(word) || /[à-öø-ÿ]/.test(word))
}
