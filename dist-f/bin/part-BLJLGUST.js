import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);

// src/kernel/program.ts
var PROGRAM = "neonpro-backup 0.1.0";

export {
  PROGRAM
};
