/**
 * How many entries a first backup will meet, for the time that it will take: a quick count beside the work, without a
 * look at any file.
 */
import fs from 'node:fs/promises'

export interface FileCount extends Disposable {
  /** Undefined until all was counted. */
  readonly files: number | undefined
}

/**
 * Starts counting. Folders that can't be read count nothing; dispose it to stop. Filters are not applied: it is an
 * upper bound.
 */
export function countFiles(roots: readonly string[]): FileCount {
  let files: number | undefined
  let isStopped = false
  const walk = async (): Promise<void> => {
    const folders = [...roots]
    let counted = 0
    for (let folder = folders.pop(); folder !== undefined && !isStopped; folder = folders.pop()) {
      for (const entry of await fs.readdir(folder, { withFileTypes: true }).catch(() => [])) {
        if (entry.isDirectory()) folders.push(`${folder}/${entry.name}`)
        else if (entry.isFile()) counted += 1
      }
    }
    if (!isStopped) files = counted
  }
  void walk()
  return {
    get files() {
      return files
    },
    [Symbol.dispose]: () => {
      isStopped = true
    },
  }
}
