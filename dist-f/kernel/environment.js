/** The only place that reads the process's environment. */
export function environment() {
    return process.env;
}
