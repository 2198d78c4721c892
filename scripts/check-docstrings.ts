/**
 * Whoever calls the system reads what each member of its contract means: every member of an interface there says it.
 * Prints those that do not; ends with 1 if there are any.
 */
import fs from 'node:fs'
import path from 'node:path'
import ts from 'typescript'

const root = path.resolve(import.meta.dirname, '..')
const CONTRACT = 'src/contracts/system'
/** Their members are the names of calls, and calls.ts says what each is. */
const SAID_ELSEWHERE = new Set(['CallData'])

/** `Interface.member` of each that says nothing, and how many there are in all. */
export function undocumented(text: string): { readonly silent: readonly string[]; readonly members: number } {
  const source = ts.createSourceFile('contract.ts', text, ts.ScriptTarget.ESNext, true)
  const silent: string[] = []
  let members = 0
  for (const statement of source.statements) {
    if (!ts.isInterfaceDeclaration(statement) || SAID_ELSEWHERE.has(statement.name.text)) continue
    for (const member of statement.members) {
      members += 1
      if (ts.getJSDocCommentsAndTags(member).length === 0)
        silent.push(`${statement.name.text}.${member.name?.getText(source) ?? '?'}`)
    }
  }
  return { silent, members }
}

if (process.argv[1] === import.meta.filename) {
  let members = 0
  for (const name of fs.readdirSync(path.join(root, CONTRACT))) {
    if (!name.endsWith('.ts') || name.endsWith('.test.ts')) continue
    const found = undocumented(fs.readFileSync(path.join(root, CONTRACT, name), 'utf8'))
    members += found.members
    for (const each of found.silent) console.log(`${CONTRACT}/${name}: ${each} says nothing of itself`)
    if (found.silent.length > 0) process.exitCode = 1
  }
  if (members === 0) throw new Error(`No contract was found in ${CONTRACT}.`)
}
