/**
 * House rules of names: files and folders are kebab-case and say what is in them; a room called utils says nothing.
 * `check-names.ts [ROOT]` prints what it looked at and every fault, and ends with 1 if there is one.
 */
import fs from 'node:fs'
import path from 'node:path'

const root = path.resolve(process.argv[2] ?? path.join(import.meta.dirname, '..'))
const FOLDERS = ['src', 'rescue', 'scripts', 'bench', 'test', 'types', 'database', 'docs']
const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)*$/
const EMPTY_WORDS = /(^|-)(utils?|helpers?|common|misc|managers?|neonpro)(\.|-|$)/
/** Names that the product's public contract gives, that another program asks for, and that stand in stored formats. */
const GIVEN = [
  /^src\/system\/facade\/(backup|storage)-manager(\.test)?\.ts$/,
  /^rescue\/neonpro-rescue\.ts$/,
  /\/README\.md$/,
  /^test\/fixtures\/formats\//,
  /^database\/migrations\/\d{4}_/,
  /\/neonpro-backup\.service$/,
]

const faults: string[] = []
let looked = 0
for (const folder of FOLDERS) {
  if (!fs.existsSync(path.join(root, folder))) continue
  for (const entry of fs.readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })) {
    const name = path.relative(root, path.join(entry.parentPath, entry.name))
    looked += 1
    if (GIVEN.some((each) => each.test(name))) continue
    if (!KEBAB.test(entry.name)) faults.push(`${name} is not kebab-case`)
    if (EMPTY_WORDS.test(entry.name)) faults.push(`${name} does not say what is in it`)
  }
}
console.log(`${looked} files and folders looked at`)
for (const fault of faults) console.log(fault)
if (faults.length > 0 || looked === 0) process.exitCode = 1
