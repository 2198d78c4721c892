/** docs/json.md from the schemas of the answers. `--check` fails when the file is not what the schemas give. */
import fs from 'node:fs'
import path from 'node:path'
import { CHECKS } from '../src/cli/doctor/catalog.ts'
import { ANSWERS } from '../src/cli/json/index.ts'
import { fileOf, type JsonSchema, publishedSchemas } from '../src/cli/json/json-schema.ts'
import { JSON_VERSION } from '../src/cli/json/version.ts'

const ENUM_SHOWN_MAX = 8

const file = path.resolve(import.meta.dirname, '../docs/json.md')
const schemas = publishedSchemas()
const shared = Object.fromEntries(
  Object.values(schemas)
    .flatMap(({ $defs = {} }) => Object.entries($defs))
    .sort(([a], [b]) => a.localeCompare(b)),
)

const cell = (text: string) => text.replaceAll('|', '\\|')

function typeOf(schema: JsonSchema): string {
  const { $ref, anyOf, oneOf, items, type, format, additionalProperties } = schema
  if ($ref !== undefined) {
    const name = $ref.split('/').at(-1)!
    return `[${name}](#${name.toLowerCase()})`
  }
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``
  if (schema.enum) return wordsOf(schema.enum)
  const either = anyOf ?? oneOf
  if (either) return [...new Set(either.map(typeOf))].join(' or ')
  if (items) return `list of ${typeOf(items)}`
  if (Array.isArray(type)) return type.map((each: string) => typeOf({ type: each })).join(' or ')
  if (format === 'date-time') return 'time'
  if (format === 'uuid') return 'UUID'
  if (typeof additionalProperties === 'object')
    return Object.keys(additionalProperties).length === 0
      ? 'object'
      : `object with ${typeOf(additionalProperties)} by name`
  return typeof type === 'string' ? type : 'any'
}

function wordsOf(words: readonly unknown[]): string {
  const shown = words.slice(0, ENUM_SHOWN_MAX).map((word) => `\`${String(word)}\``)
  return `${shown.join(', ')}${words.length > ENUM_SHOWN_MAX ? ', …' : ''}`
}

/** The object whose members have rows of their own below a member. */
function innerOf(schema: JsonSchema): { readonly schema: JsonSchema; readonly mark: string } | undefined {
  if (schema.properties) return { schema, mark: '' }
  if (schema.items) {
    const inner = innerOf(schema.items)
    return inner && { schema: inner.schema, mark: `[]${inner.mark}` }
  }
  const nullable = schema.anyOf?.filter(({ type }) => type !== 'null') ?? []
  return nullable.length === 1 ? innerOf(nullable[0]!) : undefined
}

function rowsOf({ properties = {}, required = [] }: JsonSchema, prefix = ''): string[] {
  return Object.entries(properties).flatMap(([name, schema]) => {
    if (prefix === '' && name === 'jsonVersion') return []
    const place = `${prefix}${name}`
    const meaning = [required.includes(name) ? '' : 'May be absent.', schema.description ?? '']
      .filter((text) => text !== '')
      .join(' ')
    const inner = innerOf(schema)
    return [
      `| \`${place}\` | ${cell(typeOf(schema))} | ${cell(meaning)} |`,
      ...(inner ? rowsOf(inner.schema, `${place}${inner.mark}.`) : []),
    ]
  })
}

function tableOf(schema: JsonSchema): string {
  const rows = rowsOf(schema)
  return rows.length === 0
    ? (schema.description ?? 'An object.')
    : `| member | type | meaning |\n|---|---|---|\n${rows.join('\n')}`
}

/** One table, or one for each form. */
function bodyOf(schema: JsonSchema): string {
  const forms = schema.anyOf ?? schema.oneOf
  return forms?.every(({ properties }) => properties) ? forms.map(tableOf).join('\n\nor\n\n') : tableOf(schema)
}

const commands = Object.keys(ANSWERS).sort()
const answers = commands.map((command) => `### ${command}\n\n${bodyOf(schemas[fileOf(command)]!)}`)
const things = Object.entries(shared).map(
  ([name, schema]) => `### ${name}\n\n${schema.description ?? ''}\n\n${bodyOf(schema)}`,
)
const checks = Object.entries(CHECKS).map(([id, meaning]) => `| \`${id}\` | ${cell(meaning)} |`)

const text = `# JSON

Made from \`src/cli/json/\` by \`node scripts/gen-json-doc.ts\`; do not edit.

With \`--json\` the last line of standard output is one JSON object, in success and in failure; nothing else is written there.
What is said for people goes to standard error. \`dump\` and \`audit export\` write the file itself to standard output, so
they take \`--json\` only with \`--output FILE\`; \`cat blob --raw\` takes none. The package holds the same as JSON Schema 2020-12 in
\`dist/schemas/COMMAND.json\` (\`config-add.json\` of \`config add\`), \`failure.json\`, \`progress.json\` and \`detail.json\`.

\`\`\`sh
neonpro-backup status --json | jq -r 'if .error then .error.message else .verdict.sentence end'
neonpro-backup snapshots --json | jq -r '.snapshots[] | select(.state != "complete") | .snapshot'
neonpro-backup doctor --json | jq -r '.checks[] | select(.severity != "OK") | [.id, .message, .remedy] | @tsv'
\`\`\`

## What is promised

- Every document begins with \`jsonVersion\`, now ${JSON_VERSION}. Within a major version of the program no member is taken away, renamed or given another meaning or type. Members, words of a list such as codes and states, and checks of \`doctor\` are added: pass over those that you do not know. What breaks this raises \`jsonVersion\`, and comes with a new major version.
- Times are ISO 8601 in UTC, ending in \`Z\`. A member that ends in \`Local\` has the offset of its zone instead.
- Sizes are bytes, as numbers; the name says so. Spans end in \`Ms\` (milliseconds) or are called seconds. Shares go from 0 to 1.
- \`null\`: there is none, or it is not known. Absent: it has no meaning there, or was not asked for. Lists are never \`null\` where they can be empty, but where the table says so.
- Codes, states, ids and names of members are the same in every language. \`message\`, \`guidance\`, \`remedy\`, \`sentence\` and \`title\` are for people, in the reader's language, and no part of the promise.
- No answer holds a key, a password or the secret part of an address.

## Exit codes

| code | meaning |
|---:|---|
| 0 | done |
| 1 | failed; of \`verify\`, \`status\`, \`doctor\`, \`snapshots\`, \`alerts test\`, \`audit verify\`, \`service status\`: done, and what was found is not well |
| 2 | usage: the call or a setting is wrong, or no key was given |
| 3 | finished but incomplete: something was skipped |
| 10 | no repository |
| 11 | locked |
| 12 | wrong key |
| 130 | interrupted |

## Failures

The object of a command that failed, whichever it is. \`context\` names what it is about: paths, ids, object keys, numbers. [errors.md](errors.md) lists the codes.

${bodyOf(schemas['failure']!)}

## Progress

With \`--progress json\` \`backup\`, \`restore\`, \`copy\` and \`verify\` write one object a second, each on a line of standard error.

${bodyOf(schemas['progress']!)}

With \`-v\` and \`--json\` each path or object is told so, a line each on standard error.

${bodyOf(schemas['detail']!)}

## Commands

${answers.join('\n\n')}

## Shared things

${things.join('\n\n')}

## Checks

Ids of the findings of \`doctor\` and \`service status\`, and the kinds of subjects that \`about\` names.

| id | about |
|---|---|
${checks.join('\n')}
`
if (!process.argv.includes('--check')) fs.writeFileSync(file, text)
else if (fs.readFileSync(file, 'utf8') !== text) {
  console.error('docs/json.md is stale: run node scripts/gen-json-doc.ts')
  process.exitCode = 1
}
