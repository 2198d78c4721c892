// The suite of catalog-security.ts over the embedded database and every PostgreSQL that is installed here.
import { after, before, describe } from 'node:test'
import { noServer, postgresCatalog, type TestServer, temporaryCatalog, temporaryPostgres } from '../harness/catalog.ts'
import { describeCatalogSecurity } from './catalog-security.ts'

describe('the embedded database', () => describeCatalogSecurity(temporaryCatalog))

for (const major of [15, 16, 17, 18]) {
  describe(`PostgreSQL ${major}`, { skip: noServer(major) }, () => {
    let server: TestServer
    before(async () => {
      server = await temporaryPostgres(major)
    })
    after(() => server[Symbol.asyncDispose]())
    describeCatalogSecurity(() => postgresCatalog(server))
  })
}
