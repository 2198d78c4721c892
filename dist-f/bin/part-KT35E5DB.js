import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  en,
  sentence,
  translator
} from "./part-LLICQD7P.js";

// src/cli/reasons.ts
function reasonText(reason, locale) {
  const [, about, code = reason] = /^(.*): ([A-Z_]+)$/.exec(reason) ?? [];
  const key = `reason.${code}`;
  const words = key in en ? `${translator(locale)(key)} (${code})` : sentence(code, locale);
  return about === void 0 ? words : `${sentence(about, locale)}: ${words}`;
}
function findingText(what, locale) {
  const said = sentence(what, locale);
  return locale === "en" || said !== what ? said.replace(/\.$/, "") : sentence("is damaged", locale);
}

export {
  reasonText,
  findingText
};
