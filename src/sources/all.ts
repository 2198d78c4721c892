/**
 * Every kind of source that comes as streams: a line each, as the storage providers have theirs. None is here yet.
 * Files of this machine are no driver: the engine reads them itself.
 */
export {}
