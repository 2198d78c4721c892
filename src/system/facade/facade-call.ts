import type { Readable } from 'node:stream'
import type {
  CallData,
  CallInput,
  CallName,
  OpenCallInput,
  OpenCallName,
  Result,
} from '../../contracts/system/index.ts'

/** One call through whatever transport the system has now. */
export type FacadeCall = <Name extends CallName>(
  name: Name,
  input: CallInput<Name>,
  options?: { readonly signal?: AbortSignal },
) => Promise<Result<CallData[Name]>>

/** One whose answer is a body. */
export type FacadeOpen = <Name extends OpenCallName>(
  name: Name,
  input: OpenCallInput<Name>,
  options?: { readonly signal?: AbortSignal },
) => Promise<Result<Readable>>
