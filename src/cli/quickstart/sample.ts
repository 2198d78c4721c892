/** Data to try a backup on: a small clinic, or a bounded copy of what somebody has; and a second state of it. */
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'

const MIB = 1024 * 1024
const COPY_BYTES_MAX = 64 * MIB
const COPY_FILES_MAX = 2000

export function writeSample(folder: string): void {
  fs.mkdirSync(path.join(folder, 'prontuarios'), { recursive: true })
  for (let i = 0; i < 200; i += 1)
    fs.writeFileSync(
      path.join(folder, `prontuarios/paciente-${i}.txt`),
      `paciente ${i}\n${'consulta; exame; receita\n'.repeat(20 + (i % 50))}`,
    )
  fs.writeFileSync(path.join(folder, 'imagem.dcm'), randomBytes(8 * MIB))
}

/**
 * Copies files of a folder until a bound is reached. What can't be read is no part of the copy: the backup of the
 * folder itself names it.
 */
export function boundedCopy(from: string, to: string): void {
  let bytes = 0
  let files = 0
  for (const file of filesBelow(from)) {
    if (files >= COPY_FILES_MAX || bytes >= COPY_BYTES_MAX) return
    const { size } = fs.statSync(file, { throwIfNoEntry: false }) ?? { size: Number.POSITIVE_INFINITY }
    if (bytes + size > COPY_BYTES_MAX) continue
    const target = path.join(to, path.relative(from, file))
    try {
      fs.mkdirSync(path.dirname(target), { recursive: true })
      fs.copyFileSync(file, target)
    } catch {
      continue
    }
    files += 1
    bytes += size
  }
}

/** Changes one file, deletes one, adds one. */
export function changeState(folder: string): void {
  const files = [...filesBelow(folder)]
  for (let i = files.length; i < 2; i += 1) {
    const file = path.join(folder, `neonpro-${i}.txt`)
    fs.writeFileSync(file, `${i}\n`)
    files.push(file)
  }
  fs.chmodSync(files[0]!, 0o600)
  fs.appendFileSync(files[0]!, 'alterado\n')
  fs.rmSync(files[1]!)
  fs.writeFileSync(path.join(folder, 'neonpro-novo.txt'), 'novo\n')
}

function* filesBelow(folder: string): Generator<string> {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const file = path.join(folder, entry.name)
    if (entry.isFile()) yield file
    else if (entry.isDirectory()) {
      try {
        yield* filesBelow(file)
      } catch {
        // Closed to this user.
      }
    }
  }
}
