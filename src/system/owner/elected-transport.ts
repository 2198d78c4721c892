/**
 * The embedded database has one owner. Whoever comes first is it; the others call it; when it is gone, the next call
 * elects anew.
 */
import net from 'node:net'
import type { Readable } from 'node:stream'
import type {
  CallData,
  CallInput,
  CallName,
  OpenCallInput,
  OpenCallName,
  Result,
} from '../../contracts/system/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { monotonicNs } from '../../kernel/clock.ts'
import { sleep } from '../../kernel/timer.ts'
import { failure } from '../boundary.ts'
import type { Started } from '../facade/backup-system.ts'
import type { StoredUpload } from '../stored-upload.ts'
import type { CallContext, Transport } from '../transport.ts'
import { OwnerUnreachable } from './owner-unreachable.ts'
import { SocketTransport } from './socket-transport.ts'

/** A server that opens a database after a crash takes its time. */
const ELECTION_MS_MAX = 60_000
const POLL_MS = 50
const ELECTIONS_MAX = 5

export interface Election {
  /**
   * Becomes the owner and answers at the socket, or undefined where another process is. `onAsked` is called once when
   * this owner is to make room: `stop` is then on its way, and the next call elects.
   */
  tryOwn(onAsked: () => void): Promise<Started | undefined>
  /** Where the owner of the moment said that it listens. */
  socketPath(): string
  /** For the error when neither works: who holds the lock. */
  ownerFacts(): { readonly pid: number; readonly host: string }
}

type Role =
  | { readonly kind: 'OWNER'; readonly started: Started }
  | { readonly kind: 'CLIENT'; readonly transport: SocketTransport }

export class ElectedTransport implements Transport {
  readonly #election: Election
  #role: Role
  #electing: Promise<unknown> | undefined
  #leaving: Promise<void> = Promise.resolve()
  #isDisposed = false

  private constructor(election: Election) {
    this.#election = election
    this.#role = { kind: 'CLIENT', transport: new SocketTransport(election.socketPath()) }
  }

  /** Throws what opening as the owner throws; OWNER_EXISTS when another holds the lock and does not answer. */
  static async open(election: Election): Promise<ElectedTransport> {
    const made = new ElectedTransport(election)
    await made.#elect()
    return made
  }

  get isOwner(): boolean {
    return this.#role.kind === 'OWNER'
  }

  call<Name extends CallName>(
    name: Name,
    input: CallInput<Name>,
    context: CallContext,
  ): Promise<Result<CallData[Name]>> {
    return this.#through(context, (transport) => transport.call(name, input, context))
  }

  async upload(path: string, body: AsyncIterable<Uint8Array>, context: CallContext): Promise<Result<StoredUpload>> {
    // A body can be read once only: who is there is found out before.
    if (this.#role.kind === 'CLIENT' && !(await isListening(this.#role.transport.socketPath))) await this.#elect()
    return this.#through(context, (transport) => transport.upload(path, body, context), { isRepeatable: false })
  }

  open<Name extends OpenCallName>(
    name: Name,
    input: OpenCallInput<Name>,
    context: CallContext,
  ): Promise<Result<Readable>> {
    return this.#through(context, (transport) => transport.open(name, input, context))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true
    await this.#electing?.catch(() => {})
    if (this.#role.kind === 'OWNER') await this.#role.started.stop()
    await this.#leaving
  }

  /** From here on a client: of the one that asked, or of whoever is elected should that one die. */
  #leave(): void {
    if (this.#role.kind !== 'OWNER' || this.#isDisposed) return
    const { started } = this.#role
    this.#role = { kind: 'CLIENT', transport: new SocketTransport(this.#election.socketPath()) }
    this.#leaving = started.stop()
    // Heard where it is waited for.
    this.#leaving.catch(() => {})
  }

  async #through<T>(
    context: CallContext,
    ask: (transport: Transport) => Promise<Result<T>>,
    options: { isRepeatable: boolean } = { isRepeatable: true },
  ): Promise<Result<T>> {
    try {
      return await ask(this.#transport)
    } catch (error) {
      if (!(error instanceof OwnerUnreachable)) return failure(error, context.caller.locale)
      if (!options.isRepeatable)
        return failure(new BackupError('OWNER_GONE', 'The owner ended before the upload.'), context.caller.locale)
    }
    return await this.#askAgain(context, ask)
  }

  /** The next owner may itself make room for a server that comes: nothing was asked then, and it is tried once more. */
  async #askAgain<T>(context: CallContext, ask: (transport: Transport) => Promise<Result<T>>): Promise<Result<T>> {
    for (let left = ELECTIONS_MAX; ; left -= 1) {
      try {
        await this.#elect()
        return await ask(this.#transport)
      } catch (error) {
        if (error instanceof OwnerUnreachable && left > 0) continue
        return failure(
          error instanceof OwnerUnreachable
            ? new BackupError('OWNER_GONE', 'The owner ended during the call.', { cause: error })
            : error,
          context.caller.locale,
        )
      }
    }
  }

  get #transport(): Transport {
    return this.#role.kind === 'OWNER' ? this.#role.started.transport : this.#role.transport
  }

  /** Calls that find the owner gone together elect once. */
  async #elect(): Promise<void> {
    this.#electing ??= this.#becomeRole().finally(() => {
      this.#electing = undefined
    })
    await this.#electing
  }

  async #becomeRole(): Promise<void> {
    await this.#leaving.catch(() => {})
    this.#role = await elect(this.#election, { onAsked: () => this.#leave(), isWanted: () => !this.#isDisposed })
  }
}

interface Candidate {
  readonly onAsked: () => void
  /** False once nobody is there any more for whom it would be the owner. */
  readonly isWanted: () => boolean
}

async function elect(election: Election, { onAsked, isWanted }: Candidate): Promise<Role> {
  const startedNs = monotonicNs()
  for (;;) {
    if (!isWanted()) throw new BackupError('OWNER_GONE', 'This system was shut down.')
    const started = await election.tryOwn(onAsked)
    if (started) return { kind: 'OWNER', started }
    const socketPath = election.socketPath()
    if (await isListening(socketPath)) return { kind: 'CLIENT', transport: new SocketTransport(socketPath) }
    if (Number((monotonicNs() - startedNs) / 1_000_000n) > ELECTION_MS_MAX)
      throw new BackupError('OWNER_EXISTS', 'The owner does not answer.', { context: { ...election.ownerFacts() } })
    await sleep(POLL_MS)
  }
}

/** Whether somebody accepts connections there. */
export function isListening(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(socketPath)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
