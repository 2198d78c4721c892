/** docs/errors.md from the catalogue. `--check` fails when the file is not what the catalogue gives. */
import fs from 'node:fs'
import path from 'node:path'
import { ERROR_CATALOG } from '../src/contracts/index.ts'

const file = path.resolve(import.meta.dirname, '../docs/errors.md')
const rows = Object.entries(ERROR_CATALOG).map(
  ([code, { exitCode, httpStatus, retry, message, guidance }]) =>
    `| \`${code}\` | ${exitCode} | ${httpStatus} | ${retry} | ${message.en} | ${guidance.en} | ${message['pt-BR']} | ${guidance['pt-BR']} |`,
)
const text = `# Errors

Made from \`src/contracts/error-catalog.ts\` by \`node scripts/gen-errors-doc.ts\`; do not edit.

Exit codes: 0 done, 1 failed, 2 usage, 3 finished but incomplete, 10 no repository, 11 locked, 12 wrong key, 130 interrupted.

| code | exit | HTTP | retry | message | what to do | mensagem | o que fazer |
|---|---:|---:|---|---|---|---|---|
${rows.join('\n')}
`
if (!process.argv.includes('--check')) fs.writeFileSync(file, text)
else if (fs.readFileSync(file, 'utf8') !== text) {
  console.error('docs/errors.md is stale: run node scripts/gen-errors-doc.ts')
  process.exitCode = 1
}
