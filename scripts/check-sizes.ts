/** House rule: a function has at most 70 lines, a file at most 500 (tests 800). */
import fs from 'node:fs'
import path from 'node:path'
import ts from 'typescript'

const root = path.resolve(import.meta.dirname, '..')
const FUNCTION_LINES_MAX = 70
const FILE_LINES_MAX = 500
const TEST_LINES_MAX = 800

function* sources(directory: string): Generator<string> {
  for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
    const file = path.join(directory, entry.name)
    if (entry.isDirectory()) yield* sources(file)
    else if (entry.name.endsWith('.ts') && entry.name !== 'chunker-wasm.ts') yield file
  }
}

const faults: string[] = []
const lengths: number[] = []
for (const file of ['src', 'rescue', 'scripts', 'bench', 'test'].flatMap((name) => (fs.existsSync(path.join(root, name)) ? [...sources(path.join(root, name))] : []))) {
  const text = fs.readFileSync(file, 'utf8')
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const isTest = file.endsWith('.test.ts') || file.includes(`${path.sep}test${path.sep}`)
  const lines = text.split('\n').length
  if (lines > (isTest ? TEST_LINES_MAX : FILE_LINES_MAX)) faults.push(`${path.relative(root, file)} has ${lines} lines`)
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body) {
      const from = source.getLineAndCharacterOfPosition(node.getStart(source)).line
      const length = source.getLineAndCharacterOfPosition(node.getEnd()).line - from + 1
      lengths.push(length)
      const isFactory = file.endsWith('kernel/system-calls.ts') && length > FUNCTION_LINES_MAX
      if (length > FUNCTION_LINES_MAX && !isTest && !isFactory) faults.push(`${path.relative(root, file)}:${from + 1} has a function of ${length} lines`)
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
}
lengths.sort((a, b) => a - b)
console.log(`${lengths.length} functions, 90 % of at most ${lengths[Math.floor(lengths.length * 0.9)]} lines`)
for (const fault of faults) console.log(fault)
if (faults.length > 0) process.exitCode = 1
