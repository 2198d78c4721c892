/**
 * The tables of docs/configuration.md, from the reference of options and variables. `--check` fails when the file is
 * not what they give.
 */
import fs from 'node:fs'
import path from 'node:path'
import { CONFIG_OPTIONS, type OptionReference } from '../src/contracts/system/index.ts'
import { SYSTEM_REFERENCE, VARIABLE_REFERENCE } from '../src/system/system-config.ts'

const file = path.resolve(import.meta.dirname, '../docs/configuration.md')
const cell = (text: string) => text.replaceAll('|', '\\|')
const optionRows = (options: Readonly<Record<string, OptionReference>>) =>
  Object.entries(options)
    .filter(([name]) => !name.endsWith('[]'))
    .map(
      ([name, { accepted, default: byDefault, meaning }]) =>
        `| \`${name}\` | ${cell(accepted.en)} | ${cell(byDefault)} | ${cell(meaning)} |`,
    )
    .join('\n')
const variableRows = Object.entries(VARIABLE_REFERENCE)
  .map(
    ([name, { meaning, default: byDefault, secret }]) =>
      `| \`${name}\` | ${cell(byDefault)} | ${cell(meaning)}${secret === undefined || secret === 'place' ? '' : ' Shown redacted.'} |`,
  )
  .join('\n')
const TABLES = {
  variables: `| variable | default | meaning |\n|---|---|---|\n${variableRows}`,
  system: `| option | accepted | default | meaning |\n|---|---|---|---|\n${optionRows(SYSTEM_REFERENCE)}`,
  configuration: `| option | accepted | default | meaning |\n|---|---|---|---|\n${optionRows(CONFIG_OPTIONS)}`,
}

/** Between the marks stands what is generated; the rest is written by hand. */
let text = fs.readFileSync(file, 'utf8')
for (const [name, rows] of Object.entries(TABLES))
  text = text.replace(
    new RegExp(`(<!-- ${name} -->)[\\s\\S]*?(<!-- end -->)`),
    (_, begin: string, end: string) => `${begin}\n${rows}\n${end}`,
  )
if (!process.argv.includes('--check')) fs.writeFileSync(file, text)
else if (fs.readFileSync(file, 'utf8') !== text) {
  console.error('docs/configuration.md is stale: run node scripts/gen-configuration-doc.ts')
  process.exitCode = 1
}
