/**
 * The embedded database has one owner. Whoever comes first is it; the others call it; when it is gone, the next call
 * elects anew.
 */
import net from 'node:net'
import type { Readable } from 'node:stream'
import type { CallData, CallInput, CallName, Result } from '../../contracts/system/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { monotonicNs } from '../../kernel/clock.ts'
import { sleep } from '../../kernel/timer.ts'
import { failure } from '../boundary.ts'
import type { Started } from '../facade/backup-system.ts'
import type { CallContext, StoredUpload, Transport } from '../transport.ts'
import { OwnerUnreachable, SocketTransport } from './socket-transport.ts'

const ELECTION_MS_MAX = 20_000
const POLL_MS = 50

export interface Election {
  /** Becomes the owner and answers at the socket, or undefined where another process is. */
  tryOwn(): Promise<Started | undefined>
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
  #electing: Promise<Role> | undefined

  private constructor(election: Election, role: Role) {
    this.#election = election
    this.#role = role
  }

  /** Throws what opening as the owner throws; OWNER_GONE when another holds the lock and does not answer. */
  static async open(election: Election): Promise<ElectedTransport> {
    return new ElectedTransport(election, await elect(election))
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

  download(path: string, context: CallContext): Promise<Result<Readable>> {
    return this.#through(context, (transport) => transport.download(path, context))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#role.kind === 'OWNER') await this.#role.started.stop()
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
    try {
      await this.#elect()
      return await ask(this.#transport)
    } catch (error) {
      return failure(
        error instanceof OwnerUnreachable
          ? new BackupError('OWNER_GONE', 'The owner ended during the call.', { cause: error })
          : error,
        context.caller.locale,
      )
    }
  }

  get #transport(): Transport {
    return this.#role.kind === 'OWNER' ? this.#role.started.transport : this.#role.transport
  }

  /** Calls that find the owner gone together elect once. */
  async #elect(): Promise<void> {
    this.#electing ??= elect(this.#election).finally(() => {
      this.#electing = undefined
    })
    this.#role = await this.#electing
  }
}

async function elect(election: Election): Promise<Role> {
  const startedNs = monotonicNs()
  for (;;) {
    const started = await election.tryOwn()
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
