import type { CallData, CallInput, CallName, Result } from '../../contracts/system/index.ts'

/** One call through whatever transport the system has now. */
export type FacadeCall = <Name extends CallName>(
  name: Name,
  input: CallInput<Name>,
  options?: { readonly signal?: AbortSignal },
) => Promise<Result<CallData[Name]>>
