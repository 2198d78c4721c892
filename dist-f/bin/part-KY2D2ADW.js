import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);

// src/kernel/clock.ts
function nowMs() {
  return Date.now();
}
function monotonicNs() {
  return process.hrtime.bigint();
}
function isoTime(ms) {
  return new Date(ms).toISOString();
}
function turn() {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

export {
  nowMs,
  monotonicNs,
  isoTime,
  turn
};
