/**
 * `npm run bench:growth [-- --write]`: what grows with the repository. Cost a file at 2,000,000 files against 100,000;
 * bytes of index a blob; an index of 10,000,000 simulated blobs opened, looked up and pruned; 5,000 snapshots listed
 * and forgotten. Every figure is measured here and now.
 */
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { bytesOf, type Measured, measure, median } from './measure.ts'
import { launch } from './tools.ts'

const root = path.resolve(import.meta.dirname, '..')
const { values } = parseArgs({
  options: {
    data: { type: 'string', default: path.join(root, '.bench/growth') },
    small: { type: 'string', default: '100000' },
    large: { type: 'string', default: '2000000' },
    blobs: { type: 'string', default: '10000000' },
    snapshots: { type: 'string', default: '5000' },
    write: { type: 'boolean', default: false },
  },
})
const FILES_A_FOLDER = 200
const env = {
  BACKUP_ENCRYPTION_KEY: `base64:${Buffer.alloc(32, 'neonpro-bench-key').toString('base64')}`,
  NEONPRO_BACKUP_HOME: path.join(values.data, 'home'),
}
const run = (...args: string[]): Promise<Measured> => measure(launch(...args), { env })

function makeFiles(folder: string, count: number): void {
  for (let from = 0; from < count; from += FILES_A_FOLDER) {
    const directory = path.join(folder, `d${Math.floor(from / 20_000)}`, `e${from}`)
    fs.mkdirSync(directory, { recursive: true })
    for (let i = 0; i < FILES_A_FOLDER; i += 1)
      fs.writeFileSync(path.join(directory, `f${i}`), `file ${from + i} of a growing tree\n`)
  }
}

interface Sized {
  readonly files: number
  readonly first: number
  readonly unchanged: number
  readonly rssMib: number
  readonly indexBytesPerBlob: number
}

async function files(count: number): Promise<Sized> {
  const source = path.join(values.data, `files-${count}`)
  if (!fs.existsSync(path.join(source, '.made'))) {
    makeFiles(path.join(source, 'tree'), count)
    fs.writeFileSync(path.join(source, '.made'), '')
  }
  const repository = path.join(values.data, `repository-${count}`)
  fs.rmSync(repository, { recursive: true, force: true })
  await run('init', '--repo', repository)
  const backup = () => {
    execFileSync('sync')
    return run('backup', path.join(source, 'tree'), '--source', 'growth', '--json', '--quiet', '--repo', repository)
  }
  // The directory entries are read once, so that both sizes find a warm cache.
  execFileSync('find', [source, '-newermt', '2999-01-01'])
  const first = await backup()
  const unchanged = await backup()
  const listed = await run('snapshots', '--json', '--repo', repository)
  const { snapshots } = JSON.parse(listed.stdout.trim().split('\n').at(-1)!) as {
    snapshots: Array<{ summary: { blobsAdded: number } }>
  }
  return {
    files: count,
    first: first.wallSeconds,
    unchanged: unchanged.wallSeconds,
    rssMib: first.rssMib,
    indexBytesPerBlob: bytesOf(path.join(repository, 'index')) / snapshots[0]!.summary.blobsAdded,
  }
}

async function simulated(): Promise<string[]> {
  const folder = path.join(values.data, 'simulated')
  fs.rmSync(folder, { recursive: true, force: true })
  const script = path.join(import.meta.dirname, 'growth-index.ts')
  const node = path.join(root, 'node_modules/.bin/node')
  const act = async (step: string) => {
    const measured = await measure(
      [node, script, step, folder, step === 'snapshots' ? values.snapshots : values.blobs],
      { env },
    )
    return {
      ...measured,
      json: JSON.parse(measured.stdout.trim().split('\n').at(-1) ?? '{}') as Record<string, number>,
    }
  }
  await act('make')
  const open = await act('open')
  const prune = await act('prune')
  const lines = [
    `- index of ${values.blobs} blobs: opened in ${open.json['openSeconds']} s, ${open.json['lookups']} look-ups at ${open.json['lookupMicroseconds']} µs each, ${open.rssMib.toFixed(0)} MiB at most (bar 1,536)`,
    `- prune over it (every pack dead): ${prune.wallSeconds.toFixed(1)} s, ${prune.rssMib.toFixed(0)} MiB at most (bar 1,536), ${prune.json['packsDeleted']} packs removed`,
  ]
  fs.rmSync(folder, { recursive: true, force: true })
  await act('snapshots')
  const list = [] as number[]
  for (let i = 0; i < 5; i += 1) list.push((await run('snapshots', '--json', '--repo', folder)).wallSeconds)
  const forget = await run('forget', '--keep-daily', '30', '--repo', folder)
  lines.push(
    `- ${values.snapshots} snapshots: listed in ${median(list).toFixed(2)} s (bar 1), forgotten down to 30 in ${forget.wallSeconds.toFixed(2)} s`,
  )
  fs.rmSync(folder, { recursive: true, force: true })
  return lines
}

async function main(): Promise<void> {
  execFileSync(process.execPath, [path.join(root, 'scripts/build.ts')], { cwd: root, stdio: 'ignore' })
  fs.mkdirSync(values.data, { recursive: true })
  const small = await files(Number(values.small))
  const large = await files(Number(values.large))
  const cost = (sized: Sized, step: 'first' | 'unchanged') => (sized[step] / sized.files) * 1e6
  const row = (step: 'first' | 'unchanged') =>
    `- ${step}: ${cost(small, step).toFixed(2)} µs a file at ${small.files}, ${cost(large, step).toFixed(2)} at ${large.files}: ratio ${(cost(large, step) / cost(small, step)).toFixed(2)} (bar 1.15)`
  const lines = [
    row('first'),
    row('unchanged'),
    `- index: ${small.indexBytesPerBlob.toFixed(1)} and ${large.indexBytesPerBlob.toFixed(1)} bytes a blob (bar 51); first backup of ${large.files} files: ${large.rssMib.toFixed(0)} MiB at most`,
    ...(await simulated()),
  ]
  console.log(lines.join('\n'))
  if (values.write)
    fs.writeFileSync(
      path.join(root, 'docs/benchmarks-growth.md'),
      `# What grows\n\nMade by \`npm run bench:growth -- --write\`; one run.\n\n${lines.join('\n')}\n`,
    )
}

await main()
