// Goal: an empty value is an unset variable, never a wish: every option and argument of every command refuses it by
// name. Method: the tree of commands itself, read with argument vectors made from its own options.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Command, Option } from 'commander'
import { isBackupError } from '../kernel/backup-error.ts'
import { commandTree, readArguments } from './command-tree.ts'
import { COMMANDS } from './commands.ts'

interface Leaf {
  readonly names: readonly string[]
  readonly command: Command
}

function leavesOf(command: Command, names: readonly string[] = []): Leaf[] {
  if (command.commands.length === 0) return [{ names, command }]
  return command.commands.flatMap((child) => leavesOf(child, [...names, child.name()]))
}

const takesValue = (option: Option) => option.required || option.optional
/** Enough arguments, and each option that must be there. */
function needed({ command }: Leaf, except?: Option): string[] {
  const wanted = command.options.filter((option) => option.mandatory && option.long !== except?.long)
  return [...wanted.map((option) => `${option.long}=x`), ...command.registeredArguments.map(() => 'x')]
}

async function refusalOf(...argv: readonly string[]): Promise<string> {
  try {
    await readArguments(commandTree(COMMANDS, 'en'), ['node', 'neonpro-backup', ...argv])
    return 'taken'
  } catch (error) {
    return isBackupError(error, 'USAGE') ? error.message : String(error)
  }
}

const leaves = leavesOf(commandTree(COMMANDS, 'en').root)

test('every option of every command refuses an empty value, or white space alone, naming the option', async () => {
  let tried = 0
  for (const leaf of leaves)
    for (const option of leaf.command.options.filter(takesValue)) {
      for (const value of ['', ' ', '\t\n']) {
        const said = await refusalOf(...leaf.names, ...needed(leaf, option), `${option.long}=${value}`)
        assert.equal(said, `The value of ${option.long} is empty.`, leaf.names.join(' '))
      }
      tried += 1
    }
  assert.ok(tried > 150, `only ${tried} options tried`)
})

test('an empty value among good ones, and before the command, is refused too', async () => {
  assert.equal(
    await refusalOf('restore', 'latest', '--target', 't', '--include', 'a', '--include', ''),
    'The value of --include is empty.',
  )
  assert.equal(await refusalOf('--repo', '', 'snapshots'), 'The value of --repo is empty.')
  assert.equal(await refusalOf('--home=', 'snapshots'), 'The value of --home is empty.')
})

test('an empty argument is refused by its name', async () => {
  for (const leaf of leaves.filter(({ command }) => command.registeredArguments.length > 0)) {
    const args = needed(leaf)
    const first = leaf.command.registeredArguments[0]!
    const said = await refusalOf(...leaf.names, ...args.map((text) => (text === 'x' ? '' : text)))
    assert.equal(said, `The argument <${first.name()}> is empty.`, leaf.names.join(' '))
  }
})

test('the same vectors with a value are taken', async () => {
  for (const leaf of leaves)
    assert.equal(await refusalOf(...leaf.names, ...needed(leaf)), 'taken', leaf.names.join(' '))
})

test('what is misspelt is named, and what is meant', async () => {
  const cases: ReadonlyArray<readonly [argv: string, said: RegExp]> = [
    ['restore latest --targt d', /^There is no option --targt\. Did you mean --target\?$/],
    ['restore latest', /^The option --target <dir> is required\.$/],
    ['config add --name c --keep-daily 14', /^There is no option --keep-daily\. .*--retention/],
    ['run c --allow-empty', /^There is no option --allow-empty\. .*config edit NAME --allow-empty/],
    ['help restor', /^There is no command "restor"\. Did you mean restore/],
    ['restor --help', /^There is no command "restor"\./],
    ['config update --help', /^There is no command "update"\./],
    ['help config ad', /^There is no command "ad"\. Did you mean add/],
  ]
  for (const [argv, said] of cases) assert.match(await refusalOf(...argv.split(' ')), said, argv)
})

test('every option says what it is, and its own options stand first', () => {
  for (const { names, command } of leaves) {
    for (const option of command.options) assert.notEqual(option.description, '', `${names.join(' ')} ${option.flags}`)
    const titles = [...command.helpInformation().matchAll(/^(\S.*options:|Options:)$/gim)].map(([title]) => title)
    assert.equal(titles.at(-1), 'General options:', names.join(' '))
  }
})
