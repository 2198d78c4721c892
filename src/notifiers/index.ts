export type { ChannelSettings } from './channel-settings.ts'
export {
  AlarmChange,
  type AlarmNotice,
  type DeliverOptions,
  type Notice,
  NoticeKind,
  type Notifier,
  type PingNotice,
  PingSignal,
} from './notifier.ts'
export { numberedSlug, slugOf } from './ping-slug.ts'
