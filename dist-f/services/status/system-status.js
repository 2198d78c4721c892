import { getActiveAlerts } from "../monitoring/index.js";
import { configStatuses, runningRuns, schedulerStatus } from "../scheduling/index.js";
export async function systemStatus(parts) {
    const [scheduler, configs, running, alerts] = await Promise.all([schedulerStatus(parts), configStatuses(parts), runningRuns(parts), getActiveAlerts(parts)]);
    return { scheduler, configs, running, alerts, repository: parts.repository.location.path, database: parts.catalog.location };
}
