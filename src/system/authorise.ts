/**
 * Who may do what: the one place that says so, for the library, the socket and whatever serves calls besides. It looks
 * at the call and at who asks, before the input is read.
 */
import { DEFAULT_TENANT_ID } from '../catalog/index.ts'
import type { Locale } from '../contracts/index.ts'
import { type CallSpec, EVERY_RIGHT } from '../contracts/system/index.ts'
import { BackupError } from '../kernel/backup-error.ts'
import { plainText } from '../kernel/text.ts'
import type { Caller } from './transport.ts'

/** The account that the system belongs to may do everything: what it does is done with its key. */
export function accountCaller({ actor, locale }: { readonly actor: string; readonly locale: Locale }): Caller {
  return { actor, locale, tenantId: DEFAULT_TENANT_ID, rights: EVERY_RIGHT }
}

export function isAllowed({ right }: Pick<CallSpec, 'right'>, caller: Caller, tenantId: string): boolean {
  return caller.tenantId === tenantId && caller.rights.includes(right)
}

/** Throws NOT_PERMITTED. */
export function authorise(call: Pick<CallSpec, 'right'>, caller: Caller, tenantId: string): void {
  if (isAllowed(call, caller, tenantId)) return
  throw new BackupError('NOT_PERMITTED', `The right ${call.right} is missing.`, {
    context: { user: plainText(caller.actor), verb: call.right },
  })
}
