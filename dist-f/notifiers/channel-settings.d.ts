/** Where notices may be sent; each absent where it is not set up. */
export interface ChannelSettings {
    /** `smtp://user:password@host:587`, `smtps://…`. */
    readonly smtpUrl?: string;
    readonly emailFrom?: string;
    readonly emailTo?: readonly string[];
    readonly webhookUrl?: string;
    /** `whsec_` and base64; two, with a space between, while one replaces the other. */
    readonly webhookSecret?: string;
    /** Lets WEBHOOK_URL lead to a private, link-local or loopback address. */
    readonly webhookAllowPrivate?: boolean;
    /** May hold `{slug}`; without it, the heartbeat of the scheduler itself. */
    readonly healthcheckUrl?: string;
}
