/** What a run of the tests will take and leave out, told before it begins; and how far it is, told while it goes. */
import fs from 'node:fs'
import path from 'node:path'
import { noOldestNode, noPooler, noServer } from '../test/harness/servers.ts'

/** Seconds that a file takes on two slow cores with another file beside it, by the folder that it is in: rough. */
const SECONDS_BY_FOLDER: Readonly<Record<string, number>> = {
  'test/crash': 40,
  'test/fuzz': 40,
  'test/architecture': 30,
  'test/acceptance': 25,
  'test/services': 25,
  'test/contracts': 25,
  'test/system': 15,
  'test/engine': 12,
}
const SECONDS_ELSEWHERE = 4
const SERVER_MAJORS = [15, 16, 17, 18]
/** Checks and build. */
const BEFORE_TESTS_SECONDS = 60

export interface Machine {
  readonly isRoot: boolean
  /** Why tests on a server of this major version can't run here, or false. */
  readonly noServer: (major: number) => string | false
  /** The same behind a pooler. */
  readonly noPooler: () => string | false
  /** The same on the oldest Node. */
  readonly noOldestNode: () => string | false
}

const here: Machine = { isRoot: process.getuid?.() === 0, noServer, noPooler, noOldestNode }

export function secondsOf(file: string): number {
  const folder = file.split(path.sep).slice(0, 2).join('/')
  return SECONDS_BY_FOLDER[folder] ?? SECONDS_ELSEWHERE
}

/** A sentence each. Reads the files, runs nothing. */
export function planOf(
  files: readonly string[],
  { root, lanes, isLong }: { readonly root: string; readonly lanes: number; readonly isLong: boolean },
  machine: Machine = here,
): readonly string[] {
  const total = files.reduce((sum, file) => sum + secondsOf(file), 0) / lanes + BEFORE_TESTS_SECONDS
  const took = isLong ? 'several hours' : `about ${minutes(total)}`
  const texts = files.map((file) => fs.readFileSync(path.join(root, file), 'utf8'))
  return [
    `first the checks and a build, then ${files.length} files of tests, ${lanes} at a time: ${took} on two cores; it writes into the system's folder for temporary files only`,
    ...leftOut(texts, { isLong, machine }).map((what) => `will be left out: ${what}`),
  ]
}

function leftOut(texts: readonly string[], { isLong, machine }: { isLong: boolean; machine: Machine }): string[] {
  const filesWith = (pattern: RegExp) => texts.filter((text) => pattern.test(text)).length
  const pooler = machine.noPooler()
  const oldest = machine.noOldestNode()
  const servers = SERVER_MAJORS.map((major) => machine.noServer(major)).filter((reason) => reason !== false)
  return [
    ...(isLong ? [] : ['the long form of the seeded sweeps (npm run test:long)']),
    ...servers.map((reason) => `some of ${filesWith(/noServer\(|temporaryPostgres\(/)} files: ${reason}`),
    ...(pooler === false ? [] : [`${filesWith(/noPooler\(/)} files: ${pooler}`]),
    ...(oldest === false ? [] : [`${filesWith(/noOldestNode\(/)} files: ${oldest}`]),
    ...(machine.isRoot
      ? []
      : [
          `some of ${filesWith(/getuid/)} files: this is not root, who alone may mount, make devices and give files away`,
        ]),
  ]
}

/** After a file: how many are done, since when, and how long the rest may take at the pace of what is done. */
export class Pace {
  readonly #beganMs = performance.now()
  readonly #files: readonly string[]
  #done = 0
  #doneSeconds = 0

  constructor(files: readonly string[]) {
    this.#files = files
  }

  after(file: string): string {
    this.#done += 1
    this.#doneSeconds += secondsOf(file)
    const passed = (performance.now() - this.#beganMs) / 1000
    const whole = this.#files.reduce((sum, each) => sum + secondsOf(each), 0)
    const left = (passed / this.#doneSeconds) * Math.max(0, whole - this.#doneSeconds)
    const rest = this.#done < this.#files.length ? `, about ${minutes(left)} left` : ''
    return `${this.#done} of ${this.#files.length} files after ${minutes(passed)}${rest}`
  }
}

function minutes(seconds: number): string {
  const whole = Math.max(1, Math.round(seconds / 60))
  return whole === 1 ? '1 minute' : `${whole} minutes`
}
