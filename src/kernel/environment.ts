/** The only place that reads the process's environment. */

export function environment(): Readonly<Record<string, string | undefined>> {
  return process.env
}

/** For a process that is started: what of the environment it may have. */
export function environmentWithout(isWithheld: (variable: string) => boolean): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !isWithheld(name)))
}
