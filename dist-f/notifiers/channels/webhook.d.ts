export declare const webhook: import("../notifier.ts").RegisteredNotifier;
