/** What can be asked of a restore, and what it says. */
export const Overwrite = { ALWAYS: 'always', IF_CHANGED: 'if-changed', IF_NEWER: 'if-newer', NEVER: 'never' };
