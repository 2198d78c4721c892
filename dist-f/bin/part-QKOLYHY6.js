import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);

// src/cli/config-text.ts
function sayConfig(config, { say, t }) {
  say(t("config.title", { name: config.name, id: config.id }));
  say(t("config.source", { source: config.settings.databaseLabel ?? config.settings.paths.join(", ") }));
  sayNext(config, { say, t });
}
function sayNext(config, { say, t }) {
  if (!config.enabled) return say(t("config.disabled"));
  if (config.nextRunLocal === null) return say(t("config.byHand", { name: config.name }));
  say(t("config.next", { at: config.nextRunLocal, zone: config.settings.timezone }));
  if (!config.schedulerAlive) say(t("config.noScheduler"));
}
var DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
function scheduleText(schedule) {
  switch (schedule.kind) {
    case "MANUAL":
      return "\u2013";
    case "CRON":
      return `cron ${schedule.cron}`;
    case "EVERY":
      return `every ${schedule.every}`;
    case "FREQUENCY":
      return [schedule.frequency, ...schedule.dayOfWeek === void 0 ? [] : [DAYS[schedule.dayOfWeek]], ...schedule.dayOfMonth === void 0 ? [] : [schedule.dayOfMonth], schedule.time].join(" ");
  }
}

export {
  sayConfig,
  sayNext,
  scheduleText
};
