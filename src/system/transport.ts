/** How a call reaches the system: in this process, or over the owner's socket. The façade knows only this. */
import type { Readable } from 'node:stream'
import type { Locale } from '../contracts/index.ts'
import type {
  CallData,
  CallInput,
  CallName,
  OpenCallInput,
  OpenCallName,
  Result,
  Right,
} from '../contracts/system/index.ts'
import type { StoredUpload } from './stored-upload.ts'

/** Who asks, and in which language the answer's sentences are. */
export interface Caller {
  /** A user's id; where none is given, what the entry point is: `library`, `cli:<account>`. A label, not a right. */
  readonly actor: string
  /** Another tenant's system answers nothing. */
  readonly tenantId: string
  /** What he may do; see authorise.ts. */
  readonly rights: readonly Right[]
  readonly locale: Locale
}

export interface CallContext {
  readonly caller: Caller
  readonly signal?: AbortSignal
}

/** Never rejects for what a caller can cause: every answer is a Result. */
export interface Transport extends AsyncDisposable {
  call<Name extends CallName>(name: Name, input: CallInput<Name>, context: CallContext): Promise<Result<CallData[Name]>>
  upload(path: string, body: AsyncIterable<Uint8Array>, context: CallContext): Promise<Result<StoredUpload>>
  /** The body of a call that answers with one: bytes, or events as JSON, one a line. */
  open<Name extends OpenCallName>(
    name: Name,
    input: OpenCallInput<Name>,
    context: CallContext,
  ): Promise<Result<Readable>>
}
