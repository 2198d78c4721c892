// Goal: a HOME that the library can't work in is told by what is wrong with it, and nothing in it is touched. Method:
// folders of another user and small or read-only file systems; left out where this is not root.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { afterEach, describe, test } from 'node:test'
import { getBackupSystem, initializeBackupSystem } from '../../src/system/index.ts'
import { libraryPlace } from '../harness/library-place.ts'

const SERVICE = 65_534

afterEach(async () => {
  await getBackupSystem().shutdown()
})

/** A file system of its own at `folder`, until the scope ends. */
function smallDisk(folder: string, options: string): Disposable {
  fs.mkdirSync(folder, { recursive: true })
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder])
  return { [Symbol.dispose]: () => void execFileSync('umount', ['-l', folder]) }
}

const skip = process.getuid?.() === 0 ? false : 'this is not root, who alone may mount and give files away'

describe('an application of root', { skip }, () => {
  test('is refused a HOME of somebody else, which it leaves as it is', async () => {
    using at = libraryPlace({ scheduler: false })
    fs.mkdirSync(at.config.home)
    fs.chownSync(at.config.home, SERVICE, SERVICE)
    const { error } = await initializeBackupSystem(at.config)
    assert.equal(error?.code, 'HOME_FOREIGN')
    assert.equal(error.context['home'], at.config.home)
    assert.match(error.guidance, /sudo -u .+, or name a folder of your own/)
    assert.deepEqual(fs.readdirSync(at.config.home), [])
  })

  test('is told of a HOME on a read-only file system, and works when it can be written', async () => {
    using at = libraryPlace({ scheduler: false })
    using _disk = smallDisk(at.config.home, 'size=256m,ro')
    const { error } = await initializeBackupSystem(at.config)
    assert.equal(error?.code, 'HOME_READ_ONLY')
    assert.ok(error.message.includes(at.config.home), error.message)
    execFileSync('mount', ['-o', 'remount,rw', at.config.home])
    assert.equal((await initializeBackupSystem(at.config)).error, undefined)
  })

  test('is told of a HOME without room, and works when there is some', async () => {
    using at = libraryPlace({ scheduler: false })
    using _disk = smallDisk(at.config.home, 'size=8m')
    const { error } = await initializeBackupSystem(at.config)
    assert.equal(error?.code, 'DISK_FULL')
    execFileSync('mount', ['-o', 'remount,size=256m', at.config.home])
    assert.equal((await initializeBackupSystem(at.config)).error, undefined)
  })
})
