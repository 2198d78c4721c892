export declare const healthcheck: import("../notifier.ts").RegisteredNotifier;
