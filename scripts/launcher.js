#!/bin/sh
':' //; command -v node >/dev/null || { echo "neonpro-backup: Node.js 22.15 (node) is not in PATH / o Node.js 22.15 (node) não está no PATH" >&2; exit 127; }
':' //; exec node --max-semi-space-size=1 --v8-pool-size=1 --no-incremental-marking -- "$0" "$@"
// A shell reads the two lines above and becomes node; to JavaScript they are texts with a comment. BusyBox has no "env -S", or one line would do:
// #!/usr/bin/env -S node --max-semi-space-size=1 --v8-pool-size=1 --no-incremental-marking
// Written so that an old Node can read it: it says what is needed instead of failing on newer syntax.
var parts = process.versions.node.split('.')
var language = process.env.LC_ALL || process.env.LC_MESSAGES || process.env.LANG || ''
var isPortuguese = language.toLowerCase().indexOf('pt') === 0
if (process.platform === 'win32') {
  console.error(isPortuguese ? 'neonpro-backup funciona no Linux e no macOS, não no Windows.' : 'neonpro-backup runs on Linux and macOS, not on Windows.')
  process.exit(1)
} else if (Number(parts[0]) < 22 || (Number(parts[0]) === 22 && Number(parts[1]) < 15)) {
  console.error((isPortuguese ? 'neonpro-backup precisa do Node.js 22.15 ou mais novo; este é o ' : 'neonpro-backup needs Node.js 22.15 or newer; this is ') + process.versions.node + '.')
  process.exit(1)
} else {
  Promise.all([import('node:module'), import('node:fs'), import('node:os'), import('node:path')]).then(function (found) {
    // The quickstart promises to write nothing into the folder that it is given, and that may be the home.
    var folder = process.argv.indexOf('quickstart') < 0 ? cacheFolder(found[1], found[2], found[3]) : undefined
    if (folder) found[0].enableCompileCache(folder)
    // Those that run most often have a bundle of their own, so that a run reads one file.
    var isFrequent = ['backup', 'restore', 'snapshots', 'verify'].indexOf(process.argv[2]) >= 0
    return import(isFrequent ? './' + process.argv[2] + '.js' : './main.js')
  })
}

// Compiled code is only taken from where nobody else may have put it: never from the folder for temporary files that all users share, and not
// from another user's home (sudo may leave HOME as it was).
function cacheFolder(fs, os, path) {
  var base = process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache')
  for (var at = path.resolve(base); ; at = path.dirname(at)) {
    try {
      var status = fs.statSync(at)
      var isOwn = status.isDirectory() && status.uid === process.getuid() && (status.mode & 0o022) === 0
      return isOwn ? path.join(base, 'neonpro-backup') : undefined
    } catch (error) {
      if (error.code !== 'ENOENT' || at === path.dirname(at)) return undefined
    }
  }
}
