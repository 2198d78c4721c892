/**
 * From nothing to a proven restore: key, repository, two backups; both states restored by fresh processes that know
 * only repository and key and compared by a walker of its own; damage found, a wrong key refused. Every figure is
 * measured.
 */
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { monotonicNs } from '../../kernel/clock.ts'
import { withPath } from '../../kernel/system-failure.ts'
import { boundedCopy, changeState, writeSample } from './sample.ts'
import { type Tree, UNREADABLE, walkTree } from './tree-walk.ts'

const MIB = 1024 * 1024

/** Something is not as it was promised. Says it in the reader's language. */
export class Mismatch extends Error {}

/** Chooses between an English and a Portuguese text. */
export type Words = (en: string, pt: string) => string

export interface Places {
  readonly base: string
  readonly key: string
  readonly repository: string
  readonly source: string
}

export interface State {
  readonly name: string
  readonly snapshot: string
  readonly source: string
  readonly expected: Tree
  readonly bytesRead: number
  readonly bytesStored: number
  readonly seconds: number
  /** Items that the backup could not read, and said so. */
  readonly skipped: number
  /** Items that were another before the backup than after it: nobody can say which of them it should hold. */
  readonly moving: number
}

export interface Proof {
  readonly places: Places
  readonly first: State
  readonly second: State
  /** MiB per second of each restore, start of the process included. */
  readonly restoreRates: readonly number[]
  readonly damagedPath: string
  readonly fingerprint: string
}

export interface Prover {
  /** The command line's own entry. */
  readonly cli: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly words: Words
}

interface Answer {
  readonly status: number
  readonly json: Record<string, unknown>
  readonly seconds: number
}

/** Proves it all, on a folder that is only read or on a sample. Throws Mismatch. */
export function prove(prover: Prover, folder: string | undefined): Proof {
  const places = placesFor(prover.words, folder)
  try {
    return new ProofRun(prover, places).prove(folder !== undefined)
  } catch (error) {
    throw withPath(error, places.base)
  }
}

function demand(condition: boolean, sentence: () => string): void {
  if (!condition) throw new Mismatch(sentence())
}

function isBelow(folder: string, file: string): boolean {
  return `${file}/`.startsWith(folder === '/' ? '/' : `${folder}/`)
}

function placesFor(words: Words, folder: string | undefined): Places {
  if (folder !== undefined)
    demand(fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true, () =>
      words(`${folder} is no folder`, `${folder} não é uma pasta`),
    )
  const source = folder === undefined ? undefined : fs.realpathSync(folder)
  const keyFolder = path.join(os.homedir(), '.neonpro-quickstart')
  const temporary = fs.realpathSync(os.tmpdir())
  for (const place of [temporary, keyFolder])
    demand(source === undefined || !isBelow(source, place), () =>
      words(
        `${place} lies in ${source}, where nothing is written: choose a smaller folder`,
        `${place} fica em ${source}, onde nada é gravado: escolha uma pasta menor`,
      ),
    )
  const base = fs.mkdtempSync(path.join(temporary, 'neonpro-quickstart-'))
  return {
    base,
    key: path.join(keyFolder, `key-${path.basename(base).split('-').at(-1)}`),
    repository: path.join(base, 'repository'),
    source: source ?? path.join(base, 'data'),
  }
}

class ProofRun {
  readonly #prover: Prover
  readonly #places: Places
  readonly #words: Words
  #firstHome: string | undefined

  constructor(prover: Prover, places: Places) {
    this.#prover = prover
    this.#places = places
    this.#words = prover.words
  }

  prove(isGiven: boolean): Proof {
    const { base, repository, source, key } = this.#places
    if (!isGiven) writeSample(source)
    this.#must(['key', 'generate', key], this.#home)
    this.#must(['init', '--repo', repository], this.#home)
    const first = this.#backup(source, 'first')
    const second = this.#backup(this.#secondFolder(isGiven), 'second')
    const restoreRates = [this.#restore(first), this.#restore(second)]
    const damagedPath = this.#findDamage()
    this.#refuseWrongKey()
    const fingerprint = String(this.#must(['key', 'list', '--repo', repository], this.#home).json['fingerprint'])
    for (const name of fs.readdirSync(base))
      if (/^(restored-|fresh-home-|damaged-copy|wrong\.key)/.test(name))
        fs.rmSync(path.join(base, name), { recursive: true })
    return { places: this.#places, first, second, restoreRates, damagedPath, fingerprint }
  }

  /** A folder that was given is never written to: its second state is made in a copy. */
  #secondFolder(isGiven: boolean): string {
    const folder = isGiven ? path.join(this.#places.base, 'copy') : this.#places.source
    fs.mkdirSync(folder, { recursive: true })
    if (isGiven) boundedCopy(this.#places.source, folder)
    changeState(folder)
    return folder
  }

  /** Runs the command line in a process of its own. */
  #run(args: readonly string[], options: { readonly home: string; readonly key?: string }): Answer {
    const started = monotonicNs()
    const env = {
      PATH: this.#prover.env['PATH'] ?? '',
      HOME: options.home,
      // Of root it would be the machine's own: what the proof does is no business of the system there.
      NEONPRO_BACKUP_HOME: path.join(options.home, 'state'),
      BACKUP_ENCRYPTION_KEY: `file:${options.key ?? this.#places.key}`,
    }
    const { status, stdout } = spawnSync(process.execPath, [this.#prover.cli, ...args, '--json', '--quiet'], {
      env,
      encoding: 'utf8',
      maxBuffer: 1024 * MIB,
    })
    const last = stdout.trim().split('\n').at(-1) ?? ''
    return {
      status: status ?? 1,
      json: last.startsWith('{') ? (JSON.parse(last) as Record<string, unknown>) : {},
      seconds: Number(monotonicNs() - started) / 1e9,
    }
  }

  #must(args: readonly string[], home: string, allowed: readonly number[] = [0]): Answer {
    const answer = this.#run(args, { home })
    const error = answer.json['error'] as { message?: string } | undefined
    demand(
      allowed.includes(answer.status),
      () => `${args[0]}: ${answer.status} ${error?.message ?? JSON.stringify(answer.json).slice(0, 300)}`,
    )
    return answer
  }

  /** Of the process that makes the backups, from one to the next. */
  get #home(): string {
    this.#firstHome ??= this.#freshHome()
    return this.#firstHome
  }

  /** A home that has never seen the repository: the process knows nothing but repository and key. */
  #freshHome(): string {
    return fs.mkdtempSync(path.join(this.#places.base, 'fresh-home-'))
  }

  #backup(source: string, name: string): State {
    const before = walkTree(source)
    const { json, seconds } = this.#must(
      ['backup', source, '--source', 'quickstart', '--repo', this.#places.repository],
      this.#home,
      [0, 3],
    )
    const after = walkTree(source)
    const expected = new Map([...after].filter(([file, facts]) => before.get(file) === facts && facts !== UNREADABLE))
    const unreadable = [...after.values()].filter((facts) => facts === UNREADABLE).length
    const skipped = Number(json['skippedCount'] ?? 0)
    demand(unreadable <= skipped, () =>
      this.#words(
        `${unreadable} items can not be read, but the backup names only ${skipped}`,
        `${unreadable} itens não podem ser lidos, mas o backup só cita ${skipped}`,
      ),
    )
    return {
      name,
      snapshot: String(json['snapshot']),
      source,
      expected,
      bytesRead: Number(json['bytesProcessed']),
      bytesStored: Number(json['bytesStored']),
      seconds,
      skipped,
      moving: after.size - expected.size - unreadable,
    }
  }

  #restore(state: State): number {
    const target = path.join(this.#places.base, `restored-${state.name}`)
    const { json, seconds } = this.#must(
      [
        'restore',
        `${state.snapshot}:${state.source}`,
        '--repo',
        this.#places.repository,
        '--target',
        target,
        '--verify',
      ],
      this.#freshHome(),
    )
    const found = walkTree(target)
    const wrong = [...state.expected].find(([file, facts]) => found.get(file) !== facts)
    demand(!wrong, () =>
      this.#words(
        `"${wrong![0]}" of the ${state.name} state came back as ${found.get(wrong![0]) ?? 'nothing'} instead of ${wrong![1]}`,
        `"${wrong![0]}" voltou como ${found.get(wrong![0]) ?? 'nada'} em vez de ${wrong![1]}`,
      ),
    )
    const extra =
      state.moving + state.skipped > 0 ? undefined : [...found.keys()].find((file) => !state.expected.has(file))
    demand(extra === undefined, () =>
      this.#words(
        `"${extra}" came back but was not in the ${state.name} state`,
        `"${extra}" voltou, mas não estava na origem`,
      ),
    )
    return Number(json['bytesRestored']) / MIB / seconds
  }

  /** Flips one bit in the middle of the largest pack of a copy. Returns the path that the check named. */
  #findDamage(): string {
    const copy = path.join(this.#places.base, 'damaged-copy')
    fs.cpSync(this.#places.repository, copy, { recursive: true })
    const packs = fs
      .readdirSync(path.join(copy, 'packs'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
    const descriptor = fs.openSync(packs.sort((a, b) => fs.statSync(b).size - fs.statSync(a).size)[0]!, 'r+')
    const at = Math.floor(fs.fstatSync(descriptor).size / 2)
    const byte = Buffer.alloc(1)
    fs.readSync(descriptor, byte, 0, 1, at)
    fs.writeSync(descriptor, Buffer.from([byte[0]! ^ 1]), 0, 1, at)
    fs.closeSync(descriptor)
    const { status, json } = this.#run(['verify', '--read-data=all', '--repo', copy], { home: this.#freshHome() })
    const named = (json['hits'] as Array<{ paths: string[] }> | undefined)?.[0]?.paths[0]
    demand(status === 1 && named !== undefined, () =>
      this.#words('a flipped bit was not found', 'um bit trocado não foi encontrado'),
    )
    return named!
  }

  #refuseWrongKey(): void {
    const key = path.join(this.#places.base, 'wrong.key')
    fs.writeFileSync(key, `base64:${randomBytes(32).toString('base64')}`, { mode: 0o600 })
    const { status } = this.#run(['snapshots', '--repo', this.#places.repository], { home: this.#home, key })
    demand(status === 12, () =>
      this.#words(
        `a wrong key ended with ${status} instead of 12`,
        `uma chave errada terminou com ${status} em vez de 12`,
      ),
    )
  }
}
