/**
 * The port of health checks: a check is a function in health-checks.ts or backup-freshness.ts plus one line in
 * health-report.ts.
 */
import { fill, type Values } from '../../contracts/index.ts'
import type { HealthCheck, HealthStatus } from '../../contracts/system/index.ts'
import type { SystemParts } from '../parts.ts'
import { HEALTH_TEXTS, type HealthText } from './health-texts.ts'

export interface HealthContext {
  readonly parts: SystemParts
  readonly atMs: number
  readonly signal: AbortSignal
}

/** May throw: that check is then UNHEALTHY (its subject answered with an error) or UNKNOWN (it did not answer). */
export type RunHealthCheck = (context: HealthContext) => Promise<readonly HealthCheck[]>

export function healthCheck(
  { parts }: HealthContext,
  check: { readonly name: string; readonly status: HealthStatus; readonly text: HealthText; readonly values?: Values },
): HealthCheck {
  return {
    name: check.name,
    status: check.status,
    message: fill(HEALTH_TEXTS[check.text][parts.locale], check.values ?? {}, parts.locale),
  }
}
