/**
 * From nothing to a proven restore. Makes a key, a repository, two backups; restores both states in fresh processes that know only repository
 * and key; compares them with a walker of its own; shows that damage is found and a wrong key refused. Every figure is measured; any mismatch
 * ends with 1. With a folder as argument that folder is backed up and only read: the second state is made in a bounded copy.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '..')
const cli = path.join(root, 'dist/bin/neonpro-backup.js')
const COPY_BYTES_MAX = 64 * 1024 * 1024
const COPY_FILES_MAX = 2000
const isPortuguese = (process.env['LC_ALL'] || process.env['LC_MESSAGES'] || process.env['LANG'] || '').toLowerCase().startsWith('pt')
const say = (en: string, pt: string): void => console.log(isPortuguese ? pt : en)

class Mismatch extends Error {}

function demand(condition: boolean, sentence: string): void {
  if (!condition) throw new Mismatch(sentence)
}

interface Places {
  readonly base: string
  readonly key: string
  readonly repository: string
  readonly source: string
}

/** Runs the command line in a process of its own. */
function run(args: readonly string[], options: { key: string; home: string }): { status: number; json: Record<string, unknown>; seconds: number } {
  const started = process.hrtime.bigint()
  const env = { PATH: process.env['PATH'] ?? '', HOME: options.home, BACKUP_ENCRYPTION_KEY: `file:${options.key}` }
  const { status, stdout } = spawnSync(process.execPath, [cli, ...args, '--json', '--quiet'], { env, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
  const last = stdout.trim().split('\n').at(-1) ?? ''
  return { status: status ?? 1, json: last.startsWith('{') ? (JSON.parse(last) as Record<string, unknown>) : {}, seconds: Number(process.hrtime.bigint() - started) / 1e9 }
}

/** The independent walker: path → type, mode, mtime and SHA-256, read with nothing of the product. */
function fingerprint(folder: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name)
    const stat = fs.lstatSync(file, { bigint: true })
    const content = entry.isFile() ? createHash('sha256').update(fs.readFileSync(file)).digest('hex') : entry.isSymbolicLink() ? fs.readlinkSync(file) : ''
    found.set(path.relative(folder, file), `${stat.mode} ${stat.mtimeNs} ${content}`)
  }
  return found
}

function same(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([file, facts]) => b.get(file) === facts)
}

function sampleTree(folder: string): void {
  fs.mkdirSync(path.join(folder, 'prontuarios'), { recursive: true })
  for (let i = 0; i < 200; i += 1) fs.writeFileSync(path.join(folder, `prontuarios/paciente-${i}.txt`), `paciente ${i}\n${'consulta; exame; receita\n'.repeat(20 + (i % 50))}`)
  fs.writeFileSync(path.join(folder, 'imagem.dcm'), randomBytes(8 * 1024 * 1024))
}

/** Copies files of a folder until a bound is reached. */
function boundedCopy(from: string, to: string): void {
  let bytes = 0
  let files = 0
  for (const entry of fs.readdirSync(from, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const file = path.join(entry.parentPath, entry.name)
    const { size } = fs.statSync(file)
    if (files >= COPY_FILES_MAX || bytes + size > COPY_BYTES_MAX) continue
    const target = path.join(to, path.relative(from, file))
    fs.mkdirSync(path.dirname(target), { recursive: true })
    fs.copyFileSync(file, target)
    files += 1
    bytes += size
  }
}

/** Changes one file, deletes one, adds one. */
function mutate(folder: string): void {
  const files = fs.readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name)).sort()
  if (files[0]) fs.appendFileSync(files[0], 'alterado\n')
  if (files[1]) fs.rmSync(files[1])
  fs.writeFileSync(path.join(folder, 'novo.txt'), 'novo\n')
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`
}

function restoreAndCompare(places: Places, state: { snapshot: string; source: string; expected: ReadonlyMap<string, string>; name: string }): number {
  const target = path.join(places.base, `restored-${state.name}`)
  // A home that has never seen the repository: the process knows nothing but repository and key.
  const home = fs.mkdtempSync(path.join(places.base, 'fresh-home-'))
  const { status, json, seconds } = run(['restore', `${state.snapshot}:${state.source}`, '--repo', places.repository, '--target', target, '--verify'], { key: places.key, home })
  demand(status === 0, `restore of the ${state.name} state ended with ${status}: ${JSON.stringify(json)}`)
  demand(same(state.expected, fingerprint(target)), `the restored ${state.name} state differs from what was backed up`)
  return Number(json['bytesRestored']) / 1024 / 1024 / seconds
}

function proveDamageIsFound(places: Places): string {
  const copy = path.join(places.base, 'damaged-copy')
  fs.cpSync(places.repository, copy, { recursive: true })
  const packs = fs.readdirSync(path.join(copy, 'packs'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name))
  const victim = packs.sort((a, b) => fs.statSync(b).size - fs.statSync(a).size)[0] ?? ''
  const bytes = fs.readFileSync(victim)
  bytes[Math.floor(bytes.length / 2)]! ^= 1
  fs.writeFileSync(victim, bytes)
  const { status, json } = run(['verify', '--read-data=all', '--repo', copy], { key: places.key, home: fs.mkdtempSync(path.join(places.base, 'fresh-home-')) })
  const hits = json['hits'] as Array<{ paths: string[] }> | undefined
  demand(status === 1 && (hits?.[0]?.paths.length ?? 0) > 0, 'a flipped bit was not found')
  return hits?.[0]?.paths[0] ?? ''
}

function proveWrongKeyIsRefused(places: Places): void {
  const other = path.join(places.base, 'wrong.key')
  fs.writeFileSync(other, `base64:${randomBytes(32).toString('base64')}`, { mode: 0o600 })
  const { status } = run(['snapshots', '--repo', places.repository], { key: other, home: places.base })
  demand(status === 12, `a wrong key ended with ${status} instead of 12`)
}

interface State {
  readonly snapshot: string
  readonly source: string
  readonly expected: ReadonlyMap<string, string>
  readonly summary: Record<string, unknown>
  readonly seconds: number
}

function backup(places: Places, source: string): State {
  const { status, json, seconds } = run(['backup', source, '--source', 'quickstart', '--repo', places.repository], { key: places.key, home: places.base })
  demand(status === 0 || status === 3, `backup ended with ${status}: ${JSON.stringify(json)}`)
  if (status === 3) say(`  note: ${String(json['skippedCount'])} items could not be read; see "skipped"`, `  aviso: ${String(json['skippedCount'])} itens não puderam ser lidos; veja "skipped"`)
  return { snapshot: String(json['snapshot']), source, expected: fingerprint(source), summary: json, seconds }
}

function quickstart(given: string | undefined): void {
  const base = fs.mkdtempSync(path.join(os.tmpdir(), 'neonpro-quickstart-'))
  const keyFolder = path.join(os.homedir(), '.neonpro-quickstart')
  const places: Places = { base, key: path.join(keyFolder, `key-${path.basename(base)}`), repository: path.join(base, 'repository'), source: given ? fs.realpathSync(given) : path.join(base, 'data') }
  demand(!given || !(`${base}/`.startsWith(`${places.source}/`) || `${keyFolder}/`.startsWith(`${places.source}/`)), 'the folder holds the temporary or home folder: choose a smaller one')
  if (!given) sampleTree(places.source)
  run(['key', 'generate', places.key], { key: places.key, home: base })
  const made = run(['init', '--repo', places.repository], { key: places.key, home: base })
  demand(made.status === 0, `init ended with ${made.status}`)
  const first = backup(places, places.source)
  const second = secondState(places, given)
  const rates = [restoreAndCompare(places, { ...first, name: 'first' }), restoreAndCompare(places, { ...second, name: 'second' })]
  const path1 = proveDamageIsFound(places)
  proveWrongKeyIsRefused(places)
  report(places, { first, second, rates, damagedPath: path1, fingerprint: String(run(['key', 'list', '--repo', places.repository], { key: places.key, home: base }).json['fingerprint']) })
}

function secondState(places: Places, given: string | undefined): State {
  if (!given) {
    mutate(places.source)
    return backup(places, places.source)
  }
  const copy = path.join(places.base, 'copy')
  fs.mkdirSync(copy)
  boundedCopy(places.source, copy)
  mutate(copy)
  return backup(places, copy)
}

interface Facts {
  readonly first: State
  readonly second: State
  readonly rates: readonly number[]
  readonly damagedPath: string
  readonly fingerprint: string
}

function report(places: Places, { first, second, rates, damagedPath, fingerprint: print }: Facts): void {
  const read = Number(first.summary['bytesProcessed'])
  const figures = { rate: (read / 1024 / 1024 / first.seconds).toFixed(0), restore: Math.max(...rates).toFixed(0) }
  say('NeonPro Backup: first backup and proof', 'NeonPro Backup: primeiro backup e prova')
  say(`  key file         ${places.key} (fingerprint ${print})`, `  arquivo da chave ${places.key} (impressão ${print})`)
  say(`  repository       ${places.repository}`, `  repositório      ${places.repository}`)
  say(`  first backup     ${first.expected.size} items, ${mebibytes(read)} read, ${mebibytes(Number(first.summary['bytesStored']))} stored, ${figures.rate} MiB/s with start-up`, `  primeiro backup  ${first.expected.size} itens, ${mebibytes(read)} lidos, ${mebibytes(Number(first.summary['bytesStored']))} gravados, ${figures.rate} MiB/s com a partida`)
  say(`  second backup    one file changed, one deleted, one added: ${mebibytes(Number(second.summary['bytesStored']))} stored`, `  segundo backup   um arquivo alterado, um apagado, um novo: ${mebibytes(Number(second.summary['bytesStored']))} gravados`)
  say(`  restore          both states, ${figures.restore} MiB/s with start-up`, `  restauração      os dois estados, ${figures.restore} MiB/s com a partida`)
  say('PROVEN', 'PROVADO')
  say('  both states restored by fresh processes with repository and key alone,', '  os dois estados restaurados por processos novos, só com repositório e chave,')
  say('  equal by SHA-256, mode and mtime to the source', '  iguais à origem em SHA-256, modo e data')
  say(`  one flipped bit in a copy: found, and named (${path.basename(damagedPath)})`, `  um bit trocado em uma cópia: encontrado e nomeado (${path.basename(damagedPath)})`)
  say('  a wrong key: refused (exit code 12)', '  uma chave errada: recusada (código de saída 12)')
  say('NOT YET', 'AINDA NÃO')
  say('  a second copy elsewhere, a schedule, an alarm, a copy of the key in a safe place', '  segunda cópia em outro lugar, agendamento, alarme, cópia da chave em lugar seguro')
  say('NEXT (paste)', 'A SEGUIR (cole)')
  console.log(`  export BACKUP_ENCRYPTION_KEY=file:${places.key} NEONPRO_REPOSITORY=${places.repository} PATH=${path.join(root, 'node_modules/.bin')}:$PATH`)
  console.log(`  ${cli} snapshots`)
  console.log(`  ${cli} restore latest --target ${path.join(places.base, 'mine')} --verify`)
  console.log(`  ${cli} key recovery-kit`)
}

try {
  if (!fs.existsSync(cli)) execFileSync(process.execPath, [path.join(root, 'scripts/build.ts')], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
  quickstart(process.argv[2])
} catch (error) {
  if (!(error instanceof Mismatch)) throw error
  say(`NOT PROVEN: ${error.message}`, `NÃO PROVADO: ${error.message}`)
  process.exitCode = 1
}
