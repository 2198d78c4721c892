/** The architecture, executable: imports point down, neighbours are strangers, a layer is entered by its door. */
const rows = ['kernel', 'contracts', 'storage|sources|notifiers|catalog', 'engine|jobs', 'services', 'system', 'server|cli']
const row = (names) => `^src/(${names})/`
const drivers = '^src/(storage|sources|notifiers)/(providers|drivers|channels)/'
const floors = ['crypto|chunker|compression', 'pack', 'index', 'repository', 'snapshot', 'commit', 'streams', 'backup|restore|maintenance', 'worker']
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    ...rows.slice(0, -1).map((names, i) => ({ name: `down-only:${names}`, severity: 'error', from: { path: row(names) }, to: { path: rows.slice(i + 1).map(row) } })),
    ...rows.filter((names) => names.includes('|')).map((names) => ({ name: `strangers:${names}`, severity: 'error', from: { path: row(names) }, to: { path: row(names), pathNot: '^src/$1/' } })),
    ...floors.slice(0, -1).map((names, i) => ({
      name: `engine-floors:${names}`, severity: 'error', from: { path: `^src/engine/(${names})/` }, to: { path: floors.slice(i + 1).map((n) => `^src/engine/(${n})/`) },
    })),
    ...floors.filter((names) => names.includes('|')).map((names) => ({
      name: `engine-strangers:${names}`, severity: 'error', from: { path: `^src/engine/(${names})/` }, to: { path: `^src/engine/(${names})/`, pathNot: '^src/engine/$1/' },
    })),
    // Of a backup: what all have stands below, and one kind of source knows nothing of another.
    { name: 'backup-floors', severity: 'error', from: { path: '^src/engine/backup/session/' }, to: { path: '^src/engine/backup/', pathNot: '^src/engine/backup/session/' } },
    { name: 'backup-strangers', severity: 'error', from: { path: '^src/engine/backup/(files|streams)/' }, to: { path: '^src/engine/backup/', pathNot: ['^src/engine/backup/$1/', '^src/engine/backup/session/'] } },
    {
      name: 'one-door', severity: 'error', from: { path: '^src/([^/]+)/' },
      to: { path: '^src/(contracts|storage|sources|notifiers|catalog|engine|jobs)/', pathNot: ['^src/$1/', '^src/[^/]+/index[.]ts$', '^src/contracts/system/index[.]ts$', '^src/[^/]+/all[.]ts$'] },
    },
    // The engine's process is a program of its own, and a thread that reads packs of another machine opens their store: their
    // entries compose too.
    { name: 'registries-only-from-compose', severity: 'error', from: { pathNot: ['^src/(system/compose(-channels|-sources)?|services/execution/engine-child|engine/worker/far-worker-main)[.]ts$', '^test/'] }, to: { path: '^src/[^/]+/all[.]ts$' } },
    { name: 'drivers-only-via-registry', severity: 'error', from: { pathNot: ['^src/[^/]+/all[.]ts$', drivers, '[.]test[.]ts$'] }, to: { path: drivers } },
    {
      name: 'drivers-are-strangers', severity: 'error', from: { path: '^src/(storage|sources|notifiers)/(providers|drivers|channels)/([^/]+)', pathNot: '[.]test[.]ts$' },
      to: { path: drivers, pathNot: '^src/$1/$2/$3' },
    },
    // Schemas load zod, which no command waits for: commands take their types alone.
    { name: 'answers-are-types', severity: 'error', from: { path: '^src/', pathNot: '^src/cli/json/|[.]test[.]ts$' }, to: { path: '^src/cli/json/', pathNot: '^src/cli/json/version[.]ts$', dependencyTypesNot: ['type-only'] } },
    { name: 'koffi-only-in-system-calls', severity: 'error', from: { pathNot: '^src/kernel/system-calls' }, to: { path: '^node_modules/koffi/' } },
    { name: 'database-libraries-only-in-catalog', severity: 'error', from: { pathNot: '^(src/(catalog|jobs)|test)/' }, to: { path: '^node_modules/(@electric-sql|pg|pg-boss)/' } },
    { name: 'pglite-and-pg-only-in-catalog', severity: 'error', from: { pathNot: '^(src/catalog|test)/' }, to: { path: '^node_modules/(@electric-sql|pg)/' } },
    { name: 'mail-only-in-its-channel', severity: 'error', from: { pathNot: '^(src/notifiers/channels|test)/' }, to: { path: '^node_modules/(nodemailer|standardwebhooks)/' } },
    { name: 'rescue-stands-alone', severity: 'error', from: { path: '^rescue/' }, to: { path: '^(src|node_modules)/' } },
    { name: 'rescue-is-nobodys-library', severity: 'error', from: { path: '^src/' }, to: { path: '^rescue/' } },
  ],
  options: { tsPreCompilationDeps: true, tsConfig: { fileName: 'tsconfig.json' }, doNotFollow: { path: 'node_modules' } },
}
