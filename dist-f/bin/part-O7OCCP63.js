import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);

// src/cli/call-failed.ts
var CallFailed = class extends Error {
  name = "CallFailed";
  failure;
  constructor(failure) {
    super(failure.message);
    this.failure = failure;
  }
};

export {
  CallFailed
};
