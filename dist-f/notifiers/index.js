export { AlarmChange, NoticeKind, PingSignal } from "./notifier.js";
