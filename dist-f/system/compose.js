/** The only place that knows concrete providers. */
export { openStore } from "../storage/all.js";
