/**
 * House rules of size: a function has at most 70 lines (nine of ten at most 25) and at most 3 parameters beside its
 * receiver and its options; a file has at most 500 lines, a test 800. `check-sizes.ts [ROOT]` prints what it looked at
 * and every fault, and ends with 1 if there is one.
 */
import fs from 'node:fs'
import path from 'node:path'
import ts from 'typescript'

const root = path.resolve(process.argv[2] ?? path.join(import.meta.dirname, '..'))
const FUNCTION_LINES_MAX = 70
const FUNCTION_LINES_P90_MAX = 25
const PARAMETERS_MAX = 3
const FILE_LINES_MAX = 500
const TEST_LINES_MAX = 800
const FOLDERS = ['src', 'rescue', 'scripts', 'bench', 'test', 'types']

/** Bytes of a program in the form of a source file. */
const GENERATED = ['src/engine/chunker/chunker-wasm.ts', 'src/engine/crypto/lookup-id-wasm.ts']
/** One table of functions; its parameters are those of the system's own calls. */
const SYSTEM_CALLS = 'src/kernel/system-calls.ts'
/** The parameters of the public contract, of another program's interface, of WebAssembly, and of the hottest path. */
const PARAMETERS_GIVEN = [
  SYSTEM_CALLS,
  'src/system/facade/',
  'src/catalog/embedded/durable-files.ts',
  'src/engine/chunker/assembly/',
  'src/engine/index/blob-table.ts',
]
/** What a function works on, where another language would write it before the dot. */
const RECEIVERS = ['parts', 'repository', 'store', 'context']

function* sources(directory: string): Generator<string> {
  for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
    const file = path.join(directory, entry.name)
    if (entry.isDirectory()) yield* sources(file)
    else if (entry.name.endsWith('.ts')) yield file
  }
}

interface Findings {
  readonly faults: string[]
  readonly lengths: number[]
  files: number
}

function checkFile(file: string, findings: Findings): void {
  const name = path.relative(root, file)
  findings.files += 1
  if (GENERATED.includes(name)) return
  const source = ts.createSourceFile(file, fs.readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true)
  const isTest = name.endsWith('.test.ts') || name.startsWith('test/')
  const lines = source.text.split('\n').length
  if (lines > (isTest ? TEST_LINES_MAX : FILE_LINES_MAX)) findings.faults.push(`${name} has ${lines} lines`)
  const visit = (node: ts.Node): void => {
    if (!isTest && ts.isFunctionLike(node) && 'body' in node && node.body)
      checkFunction(node, { name, source, findings })
    ts.forEachChild(node, visit)
  }
  visit(source)
}

function checkFunction(
  node: ts.SignatureDeclaration,
  { name, source, findings }: { readonly name: string; readonly source: ts.SourceFile; readonly findings: Findings },
): void {
  const from = source.getLineAndCharacterOfPosition(node.getStart(source)).line
  const length = source.getLineAndCharacterOfPosition(node.getEnd()).line - from + 1
  findings.lengths.push(length)
  if (length > FUNCTION_LINES_MAX && name !== SYSTEM_CALLS)
    findings.faults.push(`${name}:${from + 1} has a function of ${length} lines`)
  const parameters = ownParameters(node)
  if (parameters > PARAMETERS_MAX && !PARAMETERS_GIVEN.some((each) => name.startsWith(each)))
    findings.faults.push(`${name}:${from + 1} has a function of ${parameters} parameters`)
}

/** Without the receiver and the options. A callback has the parameters that its caller gives it. */
function ownParameters(node: ts.SignatureDeclaration): number {
  if (ts.isCallExpression(node.parent)) return 0
  const [first] = node.parameters
  const last = node.parameters.at(-1)
  const hasReceiver = first !== undefined && RECEIVERS.includes(first.name.getText())
  const hasOptions =
    last !== undefined &&
    (ts.isObjectBindingPattern(last.name) ||
      (last.initializer !== undefined && ts.isObjectLiteralExpression(last.initializer)) ||
      /^(options|hooks|call)$/.test(last.name.getText()))
  return node.parameters.length - (hasReceiver ? 1 : 0) - (hasOptions ? 1 : 0)
}

const findings: Findings = { faults: [], lengths: [], files: 0 }
for (const folder of FOLDERS)
  if (fs.existsSync(path.join(root, folder)))
    for (const file of sources(path.join(root, folder))) checkFile(file, findings)
const sorted = findings.lengths.sort((a, b) => a - b)
const p90 = sorted[Math.floor(sorted.length * 0.9)] ?? 0
if (p90 > FUNCTION_LINES_P90_MAX)
  findings.faults.push(`one function of ten has more than ${FUNCTION_LINES_P90_MAX} lines`)
console.log(`${findings.files} files, ${sorted.length} functions, 90 % of at most ${p90} lines`)
for (const fault of findings.faults) console.log(fault)
if (findings.faults.length > 0 || findings.files === 0) process.exitCode = 1
