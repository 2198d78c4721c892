#!/usr/bin/env -S node --max-semi-space-size=1 --v8-pool-size=1
// Written so that an old Node can read it: it says what is needed instead of failing on newer syntax.
var parts = process.versions.node.split('.')
if (process.platform === 'win32') {
  console.error('neonpro-backup runs on Linux and macOS, not on Windows.')
  process.exit(1)
} else if (Number(parts[0]) < 22 || (Number(parts[0]) === 22 && Number(parts[1]) < 15)) {
  console.error('neonpro-backup needs Node.js 22.15 or newer; this is ' + process.versions.node + '.')
  process.exit(1)
} else {
  import('node:module').then((module) => {
    if (module.enableCompileCache) module.enableCompileCache()
    return import('./main.js')
  })
}
