/** The port of health checks: a check is a function in health-checks.ts or backup-freshness.ts plus one line in health-report.ts. */
import { fill } from "../../contracts/index.js";
import { HEALTH_TEXTS } from "./health-texts.js";
export function healthCheck({ parts }, check) {
    return { name: check.name, status: check.status, message: fill(HEALTH_TEXTS[check.text][parts.locale], check.values ?? {}) };
}
