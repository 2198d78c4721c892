/**
 * The file layer under the embedded database. PGlite's own never asks the disk to write through (its NODEFS has no
 * `fsync`, and `fdatasync` does nothing): after a power cut acknowledged commits are gone. This one gives NODEFS an
 * `fsync`, and syncs the folder after a file is made or renamed. It rests on Emscripten's internals, so every open
 * counts what reaches the disk (see self-test.ts).
 */
import fs from 'node:fs'
import path from 'node:path'
import { syncFolder } from '../../kernel/written-through.ts'
import { type HostModule, WatchedFiles } from './watched-files.ts'

/** Of Emscripten's numbering. PostgreSQL stops at once when its log can't be written through. */
const EIO = 29

export class DurableFiles extends WatchedFiles {
  /** How often the write-ahead log was written through. */
  logSyncs = 0
  /** The first error with which the disk refused: what was written before it is in doubt. */
  failure: unknown

  protected override hook(module: HostModule): void {
    super.hook(module)
    const {
      NODEFS: host,
      FS: { ErrnoError },
    } = module
    const sync = (run: () => void) => {
      try {
        run()
      } catch (error) {
        this.failure ??= error
        throw new ErrnoError(EIO)
      }
    }
    host.stream_ops.fsync = ({ nfd, node }) => {
      if (nfd !== undefined) sync(() => fs.fsyncSync(nfd))
      if (host.realPath(node).includes('/pg_wal/')) this.logSyncs += 1
      return 0
    }
    const { mknod, rename } = host.node_ops
    host.node_ops.mknod = (parent, name, mode, dev) => {
      const node = mknod(parent, name, mode, dev)
      sync(() => syncFolder(host.realPath(parent)))
      return node
    }
    host.node_ops.rename = (node, folder, name) => {
      const from = path.dirname(host.realPath(node))
      rename(node, folder, name)
      for (const each of new Set([from, host.realPath(folder)])) sync(() => syncFolder(each))
    }
  }
}
