/** Every channel there is: one line each. */
import { email } from "./channels/email.js";
import { healthcheck } from "./channels/healthcheck.js";
import { webhook } from "./channels/webhook.js";
import { openAll } from "./notifier.js";
export const NOTIFIERS = [
    email,
    webhook,
    healthcheck,
];
/** The channels that are set up. Throws CONFIG_INVALID for half a set-up. */
export function openNotifiers(settings) {
    return openAll(NOTIFIERS, settings);
}
