import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);

// src/kernel/environment.ts
function environment() {
  return process.env;
}

export {
  environment
};
