export declare const email: import("../notifier.ts").RegisteredNotifier;
