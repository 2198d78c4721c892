import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  workerUrl
} from "./part-6IDDM62P.js";
import {
  BackupError
} from "./part-KOWYFHTZ.js";

// src/kernel/worker-thread.ts
import { setFlagsFromString } from "node:v8";
import { Worker } from "node:worker_threads";
var MAJOR_WITH_A_MULTIPLE = 25;
var isOwnProcess = false;
function optimizeLateBesideThreads() {
  isOwnProcess = true;
}
function optimizeLate() {
  setFlagsFromString("--efficiency-mode");
  if (Number(process.versions.node.split(".")[0]) < MAJOR_WITH_A_MULTIPLE) setFlagsFromString("--efficiency-mode-delay-turbofan=2000");
}
function startWorkerThread(workerData, transferList = [], { closesItsFiles = false } = {}) {
  if (isOwnProcess) optimizeLate();
  return new Worker(workerUrl(), { workerData, transferList: [...transferList], resourceLimits: { maxYoungGenerationSizeMb: 4 }, trackUnmanagedFds: closesItsFiles });
}
function lostThread(exitCode) {
  return new BackupError("WORKER_LOST", `The worker thread ended early, with ${exitCode}.`, { context: { cause: `exit ${exitCode}` } });
}

export {
  optimizeLateBesideThreads,
  startWorkerThread,
  lostThread
};
