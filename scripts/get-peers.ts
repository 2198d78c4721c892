/**
 * Brings the programs that the bench compares with into `.bench/peers`, without touching the system: restic from
 * Debian's newest suite, borg 1.4 built from its Python package. What can't be had is said plainly. `--rustic` adds
 * rustic by cargo (ten minutes and more).
 */
import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'

const folder = path.resolve(import.meta.dirname, '../.bench/peers')
fs.mkdirSync(folder, { recursive: true })

function has(program: string): boolean {
  return spawnSync('which', [program]).status === 0
}

/** The mirror that this machine's own package lists name. */
function mirror(): string | undefined {
  const folderOfLists = '/etc/apt/sources.list.d'
  const files = fs.existsSync(folderOfLists)
    ? fs.readdirSync(folderOfLists).map((name) => path.join(folderOfLists, name))
    : []
  for (const file of [...files, '/etc/apt/sources.list'].filter((each) => fs.existsSync(each))) {
    const found =
      /^URIs:\s*(\S+)/m.exec(fs.readFileSync(file, 'utf8')) ??
      /^deb\s+(?:\[[^\]]*\]\s+)?(\S+)/m.exec(fs.readFileSync(file, 'utf8'))
    if (found) return found[1]
  }
  return undefined
}

function bringRestic(): string {
  const uri = mirror()
  if (!has('apt-get') || !uri) return 'restic: left out, no apt-get here'
  const apt = path.join(folder, '.apt')
  for (const name of ['lists/partial', 'cache/archives/partial', 'parts'])
    fs.mkdirSync(path.join(apt, name), { recursive: true })
  fs.writeFileSync(
    path.join(apt, 'sources.list'),
    `deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${uri} sid main\n`,
  )
  const settings = [
    ['Dir::Etc::sourcelist', 'sources.list'],
    ['Dir::Etc::sourceparts', 'parts'],
    ['Dir::State::Lists', 'lists'],
    ['Dir::Cache', 'cache'],
  ]
  fs.writeFileSync(
    path.join(apt, 'apt.conf'),
    settings.map(([key, name]) => `${key} "${path.join(apt, name!)}";`).join('\n'),
  )
  const env = { ...process.env, APT_CONFIG: path.join(apt, 'apt.conf') }
  execFileSync('apt-get', ['update', '-qq'], { env, stdio: 'inherit' })
  execFileSync('apt-get', ['download', '-qq', 'restic'], { env, cwd: folder, stdio: 'inherit' })
  const archive = fs.readdirSync(folder).find((name) => name.startsWith('restic_')) ?? ''
  execFileSync('dpkg', ['-x', archive, '.'], { cwd: folder })
  return execFileSync(path.join(folder, 'usr/bin/restic'), ['version'], { encoding: 'utf8' }).trim()
}

function bringBorg(): string {
  if (!has('python3')) return 'borg: left out, no python3 here'
  const environment = path.join(folder, 'borg')
  execFileSync('python3', ['-m', 'venv', environment])
  const { status } = spawnSync(path.join(environment, 'bin/pip'), ['install', '-q', 'borgbackup==1.4.*'], {
    stdio: 'inherit',
  })
  if (status !== 0)
    return 'borg: left out, it did not build (it needs libacl1-dev, liblz4-dev, libzstd-dev, libxxhash-dev, libssl-dev, pkg-config and a C compiler)'
  return execFileSync(path.join(environment, 'bin/borg'), ['--version'], { encoding: 'utf8' }).trim()
}

function bringRustic(): string {
  if (!has('cargo')) return 'rustic: left out, no cargo here'
  execFileSync('cargo', ['install', 'rustic-rs', '--locked', '--root', path.join(folder, 'rustic')], {
    stdio: 'inherit',
  })
  return execFileSync(path.join(folder, 'rustic/bin/rustic'), ['--version'], { encoding: 'utf8' }).trim()
}

for (const bring of process.argv.includes('--rustic')
  ? [bringRestic, bringBorg, bringRustic]
  : [bringRestic, bringBorg]) {
  try {
    console.log(bring())
  } catch (error) {
    console.log(`${bring.name}: ${error instanceof Error ? error.message : String(error)}`)
  }
}
