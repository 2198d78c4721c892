import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  errorReport
} from "./part-UOPPQIOQ.js";
import {
  isBackupError
} from "./part-KOWYFHTZ.js";

// src/cli/doctor/check.ts
function fine(what) {
  return { what, isOk: true, remedy: "" };
}
function missing(what, remedy) {
  return { what, isOk: false, remedy };
}
function advice(what, remedy) {
  return { what, isOk: false, isAdvice: true, remedy };
}
async function tried(context, what, act) {
  try {
    await act();
    return fine(what);
  } catch (error) {
    if (!isBackupError(error)) throw error;
    return missing(what, errorReport(error, { command: context.command, locale: context.locale }).lines.join(" "));
  }
}
function sayCheck({ what, isOk, isAdvice, remedy }, { say, t }) {
  say(t(isOk ? "doctor.ok" : isAdvice === true ? "doctor.advice" : "doctor.missing", { what, remedy }));
}

export {
  fine,
  missing,
  advice,
  tried,
  sayCheck
};
