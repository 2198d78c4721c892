import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);

// src/kernel/invariant.ts
var InvariantViolation = class extends Error {
  name = "InvariantViolation";
};
function invariant(condition, sentence) {
  if (!condition) throw new InvariantViolation(sentence);
}

export {
  InvariantViolation,
  invariant
};
