export { parseLocation } from "./location.js";
