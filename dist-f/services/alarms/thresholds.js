/** 5 %, two hours, 5 GiB. */
const DEFAULTS = { failureRate: 0.05, maxBackupTime: 7200, minFreeSpace: 5 * 1024 ** 3 };
/** `settings` is a configuration's, as its row holds it. */
export function thresholdsOf(parts, settings) {
    const system = parts.defaults.alertConfig;
    const own = settings?.alertConfig;
    const pick = (name) => own?.[name] ?? system?.[name] ?? DEFAULTS[name];
    return { failureRate: pick('failureRate'), maxBackupTime: pick('maxBackupTime'), minFreeSpace: pick('minFreeSpace') };
}
