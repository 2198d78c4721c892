import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  chooseLocale
} from "./part-LLICQD7P.js";

// src/cli/format.ts
function formatBytes(bytes, locale = chooseLocale()) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? Math.round(value) : decimal(value, locale)} ${units[unit]}`;
}
function decimal(value, locale = chooseLocale()) {
  const text = value.toFixed(1);
  return locale === "pt-BR" ? text.replace(".", ",") : text;
}
function formatSeconds(seconds) {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
function formatTime(iso) {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  const two = (value) => String(value).padStart(2, "0");
  const date = [String(time.getFullYear()).padStart(4, "0"), two(time.getMonth() + 1), two(time.getDate())].join("-");
  return `${date} ${[time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(":")}`;
}
function tableLines(columns, rows) {
  const lines = [columns.map(({ title }) => title), ...rows];
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => (line[i] ?? "").length)));
  const cell = (text, i) => columns[i].isNumber ? text.padStart(widths[i]) : i === columns.length - 1 ? text : text.padEnd(widths[i]);
  return lines.map((line) => line.map(cell).join("  ").trimEnd());
}

export {
  formatBytes,
  decimal,
  formatSeconds,
  formatTime,
  tableLines
};
