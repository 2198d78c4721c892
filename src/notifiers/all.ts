/** Every channel there is: one line each. */

import type { ChannelSettings } from './channel-settings.ts'
import { email } from './channels/email.ts'
import { healthcheck } from './channels/healthcheck.ts'
import { webhook } from './channels/webhook.ts'
import { type Notifier, openAll, type RegisteredNotifier } from './notifier.ts'

export const NOTIFIERS: readonly RegisteredNotifier[] = [email, webhook, healthcheck]

/** The channels that are set up. Throws CONFIG_INVALID for half a set-up. */
export function openNotifiers(settings: ChannelSettings): readonly Notifier[] {
  return openAll(NOTIFIERS, settings)
}
