/** The workloads of the comparison, made by seed; made once and kept. `scale` shrinks them for a quick look. */
import { execFileSync } from 'node:child_process'
import { createCipheriv } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'

export const WORKLOADS = ['src', 'text', 'random', 'tiny'] as const
export type Workload = (typeof WORKLOADS)[number]

function mulberry32(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

function words(random: () => number, count: number): string[] {
  return Array.from({ length: count }, () =>
    Array.from({ length: 3 + Math.floor(random() * 8) }, () =>
      String.fromCharCode(97 + Math.floor(random() * 26)),
    ).join(''),
  )
}

const NPM_PACKAGES = [
  'assemblyscript',
  'typescript@5',
  'webpack',
  'eslint',
  'prettier',
  'core-js',
  'three',
  'rxjs',
  'date-fns',
  'lodash',
  '@babel/core',
  '@babel/preset-env',
]
const SOURCES = [
  '/usr/lib/node_modules',
  '/usr/include',
  '/usr/lib/python3',
  '/usr/share/perl',
  '/usr/share/doc',
  '/usr/share',
  '/usr/lib',
]
const SKIPPED = /\.(gz|xz|zst|png|jpg|ico|woff2?|node|so|a|o|wasm|br|zip|pyc)(\.|$)/

/** A real node_modules, installed once. */
function npmTree(data: string): string {
  const folder = path.join(data, 'npm-tree')
  if (fs.existsSync(path.join(folder, 'package-lock.json'))) return path.join(folder, 'node_modules')
  fs.mkdirSync(folder, { recursive: true })
  fs.writeFileSync(path.join(folder, 'package.json'), '{ "private": true }')
  execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...NPM_PACKAGES], {
    cwd: folder,
    stdio: 'ignore',
  })
  return path.join(folder, 'node_modules')
}

/** Copies of real trees until there are enough files. */
function makeSrc(folder: string, scale: number, data: string): void {
  const wanted = Math.floor(40_000 * scale)
  let count = 0
  for (const [number, source] of [npmTree(data), ...SOURCES].entries()) {
    if (!fs.existsSync(source)) continue
    const names = fs
      .readdirSync(source, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !SKIPPED.test(entry.name))
    for (const entry of names.sort((a, b) => (`${a.parentPath}/${a.name}` < `${b.parentPath}/${b.name}` ? -1 : 1))) {
      const file = path.join(entry.parentPath, entry.name)
      if (count >= wanted) return
      if (fs.statSync(file).size > 2 * 1024 * 1024) continue
      const target = path.join(folder, String(number), path.relative(source, file))
      fs.mkdirSync(path.dirname(target), { recursive: true })
      fs.copyFileSync(file, target)
      count += 1
    }
  }
}

function makeText(folder: string, scale: number): void {
  const random = mulberry32(99)
  const vocabulary = words(random, 4000)
  const word = () => vocabulary[Math.floor(random() ** 2 * vocabulary.length)]!
  const file = fs.openSync(path.join(folder, 'dump.sql'), 'w')
  for (let bytes = 0, id = 0; bytes < 1024 ** 3 * scale; ) {
    const first = id + 1
    id += 400
    const rows = Array.from(
      { length: 400 },
      (_, row) =>
        `(${first + row},'${word()} ${word()} ${word()}','${word()}@${word()}.com',${Math.floor(random() * 1e6)},'2026-${1 + Math.floor(random() * 12)}-${1 + Math.floor(random() * 28)}')`,
    )
    bytes += fs.writeSync(file, `INSERT INTO consultas VALUES ${rows.join(',')};\n`)
  }
  fs.closeSync(file)
}

function makeRandom(folder: string, scale: number): void {
  const cipher = createCipheriv('aes-256-ctr', Buffer.alloc(32, 7), Buffer.alloc(16))
  const file = fs.openSync(path.join(folder, 'random.bin'), 'w')
  const zeros = Buffer.alloc(4 * 1024 * 1024)
  for (let left = Math.floor(512 * scale); left > 0; left -= 1) fs.writeSync(file, cipher.update(zeros))
  fs.closeSync(file)
}

function makeTiny(folder: string, scale: number): void {
  const random = mulberry32(42)
  const vocabulary = words(random, 4000)
  for (let a = 0; a < 20; a += 1) {
    for (let b = 0; b < Math.max(1, Math.floor(50 * scale)); b += 1) {
      const directory = path.join(folder, `d${a}`, `e${b}`)
      fs.mkdirSync(directory, { recursive: true })
      for (let i = 0; i < 200; i += 1) {
        const bytes = Math.floor(random() * 2049)
        let text = ''
        while (text.length < bytes) text += `${vocabulary[Math.floor(random() * vocabulary.length)]} `
        fs.writeFileSync(path.join(directory, `f${i}`), text.slice(0, bytes))
      }
    }
  }
}

const MAKERS = { src: makeSrc, text: makeText, random: makeRandom, tiny: makeTiny } as const

/** The folder of a workload, made if it is not there. */
export function workload(name: Workload, data: string, scale: number): string {
  const folder = path.join(data, `${name}-${scale}`)
  if (fs.existsSync(path.join(folder, '.made'))) return path.join(folder, 'tree')
  fs.rmSync(folder, { recursive: true, force: true })
  fs.mkdirSync(path.join(folder, 'tree'), { recursive: true })
  MAKERS[name](path.join(folder, 'tree'), scale, data)
  fs.writeFileSync(path.join(folder, '.made'), '')
  return path.join(folder, 'tree')
}

/** Reads everything once, so that every tool finds the same warm cache. */
export function warm(folder: string): void {
  const buffer = Buffer.alloc(1024 * 1024)
  for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const file = fs.openSync(path.join(entry.parentPath, entry.name), 'r')
    while (fs.readSync(file, buffer) > 0) {}
    fs.closeSync(file)
  }
}

/** Changes a tree in place; the returned function puts it back as it was, inodes and all. */
export type Change = (folder: string) => () => void

function filesOf(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort()
}

/** 0.7 % of the files get 40 bytes inserted, 0.3 % a new sibling; a big file gets 100 bytes at 1000. */
export const mutate: Change = (folder) => {
  const random = mulberry32(1234)
  const undo: Array<() => void> = []
  for (const file of filesOf(folder)) {
    const draw = random()
    if (fs.statSync(file).size > 16 * 1024 * 1024) undo.push(insert(file, 1000, 100))
    else if (draw < 0.007) undo.push(insert(file, Math.floor(random() * fs.statSync(file).size), 40))
    else if (draw < 0.01) undo.push(addFile(`${file}.new`, 200 + Math.floor(random() * 8000)))
  }
  return () => {
    for (const each of undo) each()
  }
}

/** One top directory gets another name. */
export const renameTop: Change = (folder) => {
  const top = fs.readdirSync(folder, { withFileTypes: true }).find((entry) => entry.isDirectory())!
  const names = [path.join(folder, top.name), path.join(folder, `${top.name}-renamed`)] as const
  fs.renameSync(names[0], names[1])
  return () => fs.renameSync(names[1], names[0])
}

/** Every second file goes. */
export const deleteHalf: Change = (folder) => {
  const gone = filesOf(folder).filter((_, number) => number % 2 === 1)
  const aside = `${folder}-aside`
  fs.mkdirSync(aside, { recursive: true })
  for (const [number, file] of gone.entries()) fs.renameSync(file, path.join(aside, String(number)))
  return () => {
    for (const [number, file] of gone.entries()) fs.renameSync(path.join(aside, String(number)), file)
  }
}

/** The file is written anew with the bytes inside; the original waits aside and comes back with its inode and times. */
function insert(file: string, at: number, bytes: number): () => void {
  const aside = `${path.dirname(file)}-aside-${path.basename(file)}`
  fs.renameSync(file, aside)
  const [from, to] = [fs.openSync(aside, 'r'), fs.openSync(file, 'w')]
  const buffer = Buffer.alloc(4 * 1024 * 1024)
  const pass = (position: number, most: number): number => {
    const got = fs.readSync(from, buffer, 0, Math.min(most, buffer.length), position)
    fs.writeSync(to, buffer, 0, got)
    return got
  }
  for (let done = 0; done < at; ) done += pass(done, at - done) || at
  fs.writeSync(to, Buffer.alloc(bytes, 'x'))
  for (let position = at, got = 1; got > 0; position += got) got = pass(position, buffer.length)
  fs.closeSync(from)
  fs.closeSync(to)
  return () => fs.renameSync(aside, file)
}

function addFile(file: string, bytes: number): () => void {
  const random = mulberry32(bytes)
  fs.writeFileSync(
    file,
    words(random, Math.ceil(bytes / 6))
      .join(' ')
      .slice(0, bytes),
  )
  return () => fs.unlinkSync(file)
}
