/**
 * Of every JSON answer and event. Grows when a member is taken away or changes what it means, and only with a new major
 * version of the program; members that come are no reason.
 */
export const JSON_VERSION = 1
