/**
 * Every text of the sources that exists in both languages, as pairs: the tables of messages, and the literals that
 * stand beside each other where they are said. Read from the syntax, so that nothing has to be exported for it.
 */
import fs from 'node:fs'
import path from 'node:path'
import ts from 'typescript'
import { en } from '../../src/cli/messages/en.ts'
import { ptBr } from '../../src/cli/messages/pt-br.ts'
import {
  CONFIG_OPTIONS,
  SYSTEM_OPTIONS,
  VARIABLES,
  type VariableReference,
} from '../../src/contracts/system/option-reference.ts'

export interface ToldText {
  readonly where: string
  readonly en: string
  readonly pt: string
}

const SOURCES = path.resolve(import.meta.dirname, '../../src')

/** Tables whose rows are written as `['English', 'Portuguese']`. */
const ROW_TABLES = [
  'contracts/error-catalog.ts',
  'contracts/system/warning-catalog.ts',
  'contracts/system/call-forms.ts',
]

export function toldTexts(): readonly ToldText[] {
  const found: ToldText[] = []
  for (const key of Object.keys(en) as Array<keyof typeof en>)
    found.push({ where: `messages: ${key}`, en: en[key], pt: ptBr[key] })
  const variables: Readonly<Record<string, VariableReference>> = VARIABLES
  const references: ReadonlyArray<readonly [string, Pick<VariableReference, 'accepted'>]> = [
    ...Object.entries(CONFIG_OPTIONS),
    ...Object.entries(SYSTEM_OPTIONS),
    ...Object.entries(variables),
  ]
  for (const [name, { accepted }] of references)
    if (accepted) found.push({ where: `option-reference: ${name}`, en: accepted.en, pt: accepted['pt-BR'] })
  const files = fs.readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
  for (const file of files) if (file.endsWith('.ts') && !file.endsWith('.test.ts')) found.push(...pairsOf(file))
  return found
}

function pairsOf(file: string): ToldText[] {
  const text = fs.readFileSync(path.join(SOURCES, file), 'utf8')
  if (!/pt-BR|PT_BR|: Words/.test(text) && !ROW_TABLES.includes(file)) return []
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const pairs: ToldText[] = []
  const add = (node: ts.Node, one: string, other: string): void => {
    const { line } = source.getLineAndCharacterOfPosition(node.getStart(source))
    pairs.push({ where: `${file}:${line + 1}`, en: one, pt: other })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isObjectLiteralExpression(node)) bothLanguages(node, add)
    if (ts.isVariableDeclaration(node) && /_PT_BR$/.test(node.name.getText(source))) translations(node, add)
    const couple = coupleIn(node, ROW_TABLES.includes(file))
    if (couple) add(node, textsIn(couple[0]).join(' '), textsIn(couple[1]).join(' '))
    ts.forEachChild(node, visit)
  }
  visit(source)
  return pairs
}

type Add = (node: ts.Node, en: string, pt: string) => void

/** `{ en: …, 'pt-BR': … }`, however deep the texts lie. */
function bothLanguages(node: ts.ObjectLiteralExpression, add: Add): void {
  const member = (name: string) =>
    node.properties.find((each) => ts.isPropertyAssignment(each) && (each.name as ts.StringLiteral).text === name)
  const [one, other] = [member('en'), member('pt-BR')]
  if (one && other)
    add(
      node,
      textsIn((one as ts.PropertyAssignment).initializer).join('\n'),
      textsIn((other as ts.PropertyAssignment).initializer).join('\n'),
    )
}

/** `{ 'English': 'Portuguese' }`. */
function translations(node: ts.VariableDeclaration, add: Add): void {
  const table = node.initializer
  if (!table || !ts.isObjectLiteralExpression(table)) return
  for (const each of table.properties)
    if (ts.isPropertyAssignment(each) && !ts.isComputedPropertyName(each.name))
      add(each, (each.name as ts.StringLiteral).text, textsIn(each.initializer).join(' '))
}

/** `['English', 'Portuguese']` of a table, `words('English', 'Portuguese')` where something is said. */
function coupleIn(node: ts.Node, isTable: boolean): readonly [ts.Node, ts.Node] | undefined {
  const parts =
    isTable && ts.isArrayLiteralExpression(node)
      ? node.elements
      : ts.isCallExpression(node) && node.expression.getText() === 'words'
        ? node.arguments
        : undefined
  if (parts?.length !== 2 || parts.some((part) => textsIn(part).length === 0 || ts.isArrayLiteralExpression(part)))
    return undefined
  return [parts[0]!, parts[1]!]
}

/** The literals below a node; what is put into a template stands as `{}`. */
function textsIn(node: ts.Node): string[] {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return [node.text]
  if (ts.isTemplateExpression(node))
    return [[node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join('{}')]
  const found: string[] = []
  ts.forEachChild(node, (child) => {
    if (ts.isPropertyAssignment(child)) found.push(...textsIn(child.initializer))
    else found.push(...textsIn(child))
  })
  return found
}
