/**
 * Opens the embedded database in argv[2] and commits rows for ever, saying each number once its commit has been
 * acknowledged. `checkpoints` in argv[3] mixes in checkpoints, vacuums and bulk updates.
 */
import { sql } from 'kysely'
import { DEFAULT_TENANT_ID, openCatalog } from '../../src/catalog/index.ts'

const [, , directory, mode] = process.argv
await using catalog = await openCatalog({ directory: directory! })
await catalog.db
  .insertInto('tenants')
  .values({ id: DEFAULT_TENANT_ID, name: 'default' })
  .onConflict((conflict) => conflict.doNothing())
  .execute()
const { next } = await catalog.db
  .selectFrom('settings')
  .select(({ fn }) => fn.countAll<number>().as('next'))
  .executeTakeFirstOrThrow()
process.stdout.write('ready\n')
for (let number = next; mode !== 'stop'; number += 1) {
  await catalog.transaction(async (tx) => {
    await tx
      .insertInto('settings')
      .values({
        tenant_id: DEFAULT_TENANT_ID,
        name: String(number).padStart(8, '0'),
        value: JSON.stringify('x'.repeat(200)),
      })
      .execute()
    await tx
      .insertInto('audit_actors')
      .values({ tenant_id: DEFAULT_TENANT_ID, pseudonym: String(number).padStart(8, '0'), label: 'beside it' })
      .execute()
  })
  process.stdout.write(`${number}\n`)
  if (mode !== 'checkpoints') continue
  if (number % 50 === 20) await sql`update neonpro_backup.settings set updated_at = now()`.execute(catalog.db)
  if (number % 100 === 40) await catalog.maintain()
}
