/**
 * The schemas as others read them: JSON Schema 2020-12, one a command, one for failures, one for progress. They let
 * members pass that they do not name, since later versions add some.
 */
import { z } from 'zod'
import { ANSWERS, DETAIL, EVENT, FAILURE } from './index.ts'
import { JSON_VERSION } from './version.ts'

export interface JsonSchema {
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, JsonSchema>>
  readonly title?: string
  readonly description?: string
  readonly type?: string | readonly string[]
  readonly format?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly JsonSchema[]
  readonly oneOf?: readonly JsonSchema[]
  readonly items?: JsonSchema
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: JsonSchema | boolean
}

/** By the name of the file, without its ending: `backup`, `config-add`, `failure`, `progress`. */
export function publishedSchemas(): Readonly<Record<string, JsonSchema>> {
  const answers = Object.entries(ANSWERS).map(([command, schema]) => [
    fileOf(command),
    published(schema, `What "neonpro-backup ${command} --json" answers.`),
  ])
  return {
    ...Object.fromEntries(answers),
    failure: published(FAILURE, 'What a command that failed answers with --json.'),
    detail: published(DETAIL, 'A line on standard error with -v and --json.'),
    progress: published(EVENT, 'A line on standard error with --progress json.'),
  }
}

/** `config-add` of `config add`. */
export function fileOf(command: string): string {
  return command.replaceAll(' ', '-')
}

function published(schema: z.ZodType, title: string): JsonSchema {
  const made = z.toJSONSchema(schema, { unrepresentable: 'any', override: plain }) as JsonSchema & { $schema?: string }
  const { $schema, ...rest } = made
  return { ...($schema !== undefined && { $schema }), title, ...versioned(rest) }
}

/** What only says how this program checks itself is in the way of whoever reads. */
function plain({ jsonSchema }: { jsonSchema: Record<string, unknown> }): void {
  if (jsonSchema['additionalProperties'] === false) delete jsonSchema['additionalProperties']
  if (jsonSchema['maximum'] === Number.MAX_SAFE_INTEGER) delete jsonSchema['maximum']
  if (jsonSchema['format'] !== undefined) delete jsonSchema['pattern']
}

/** With the member that every document begins with. */
function versioned(schema: JsonSchema): JsonSchema {
  if (schema.anyOf) return { ...schema, anyOf: schema.anyOf.map((each) => versioned(resolved(each, schema))) }
  if (schema.oneOf) return { ...schema, oneOf: schema.oneOf.map((each) => versioned(resolved(each, schema))) }
  const whole = resolved(schema, schema)
  const { $defs } = schema
  return {
    ...whole,
    properties: { jsonVersion: { const: JSON_VERSION }, ...whole.properties },
    required: ['jsonVersion', ...(whole.required ?? [])],
    ...($defs && { $defs }),
  }
}

/** A document that is a shared thing has members of its own, so it can not be a reference. */
function resolved(schema: JsonSchema, { $defs = {} }: JsonSchema): JsonSchema {
  const name = schema.$ref?.split('/').at(-1)
  return name === undefined ? schema : $defs[name]!
}
