/** Sends what waits in the outbox of the embedded database in argv[2] to the webhook argv[3], until it is killed. */
import { openCatalog } from '../../src/catalog/index.ts'
import { dispatchOutbox } from '../../src/services/alarms/index.ts'
import { testSystem } from '../harness/system.ts'

const catalog = await openCatalog({ directory: process.argv[2]! })
const { parts } = await testSystem({ catalog, channels: { webhookUrl: process.argv[3]!, webhookAllowPrivate: true } })
await dispatchOutbox({ ...parts, tenantId: process.argv[4]! }, { signal: new AbortController().signal })
