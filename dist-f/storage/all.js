/** Every storage provider there is: one line each. */
import { LocalStore } from "./providers/local.js";
const PROVIDERS = {
    LOCAL: ({ path, ...options }) => new LocalStore({ ...options, basePath: path }),
};
/** Opens the store that a location names. Reads nothing yet. */
export function openStore(location) {
    return PROVIDERS[location.kind](location);
}
