// Goal: bytes of a local pack come back exactly, whatever position and length, at once or in the background, on file
// systems with and without O_DIRECT. Method: random places of files whose lengths are and are not multiples of a block,
// on disk and on tmpfs, compared with the file's bytes.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { seededRandom, testSeed } from '../../test/harness/seeded-random.ts'
import { temporaryDirectory } from '../../test/harness/temporary-directory.ts'
import { LocalPack } from './local-pack.ts'
import { ReadBuffer } from './pack-reader.ts'

const SIZES = [0, 1, 4095, 4096, 4097, 1_048_576, 1_500_001]

async function compareEverywhere(file: string, whole: Buffer, random: () => number): Promise<void> {
  const ahead = new ReadBuffer()
  using pack = new LocalPack(file, new ReadBuffer(), { isCached: false })
  assert.equal(pack.bytes, whole.length)
  for (let i = 0; i < 60; i += 1) {
    const position = Math.floor(random() * (whole.length + 5000))
    const bytes = Math.floor(random() * (i % 2 === 0 ? 300_000 : 50))
    const expected = whole.subarray(position, position + bytes)
    assert.deepEqual(
      Buffer.from(pack.readSync(position, bytes)),
      Buffer.from(expected),
      `${whole.length}: ${bytes} from ${position}`,
    )
    assert.deepEqual(
      Buffer.from(await pack.readAhead(position, bytes, ahead)),
      Buffer.from(expected),
      `${whole.length}: ${bytes} from ${position}, ahead`,
    )
  }
}

for (const place of ['on disk', 'on tmpfs']) {
  test(`any part of a pack is read as it is, ${place}`, async (context) => {
    if (place === 'on tmpfs' && !fs.existsSync('/dev/shm')) return context.skip('no tmpfs here')
    const random = seededRandom(testSeed())
    using base = temporaryDirectory()
    const folder = place === 'on disk' ? base.path : fs.mkdtempSync('/dev/shm/neonpro-test-')
    try {
      for (const bytes of SIZES) {
        const whole = randomBytes(bytes)
        const file = path.join(folder, String(bytes))
        fs.writeFileSync(file, whole)
        await compareEverywhere(file, whole, random)
      }
    } finally {
      fs.rmSync(folder, { recursive: true, force: true })
    }
  })
}

test('a file that is not there, and a link in its place, are refused', () => {
  using base = temporaryDirectory()
  const file = path.join(base.path, 'pack')
  assert.throws(() => new LocalPack(file, new ReadBuffer(), { isCached: false }), { code: 'ENOENT' })
  fs.symlinkSync('/etc/passwd', file)
  assert.throws(() => new LocalPack(file, new ReadBuffer(), { isCached: false }), { code: 'ELOOP' })
})
