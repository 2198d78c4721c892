import type { ChannelSettings } from './channel-settings.ts';
import { type Notifier, type RegisteredNotifier } from './notifier.ts';
export declare const NOTIFIERS: readonly RegisteredNotifier[];
/** The channels that are set up. Throws CONFIG_INVALID for half a set-up. */
export declare function openNotifiers(settings: ChannelSettings): readonly Notifier[];
