import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  BackupError
} from "./part-KOWYFHTZ.js";

// src/kernel/abort.ts
function throwIfAborted(signal) {
  if (signal?.aborted) throw new BackupError("ABORTED", "The operation was stopped.", { cause: signal.reason });
}

export {
  throwIfAborted
};
