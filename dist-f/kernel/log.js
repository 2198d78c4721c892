/** Says nothing. */
export const silentLog = { debug: () => { }, info: () => { }, warn: () => { }, error: () => { }, child: () => silentLog };
