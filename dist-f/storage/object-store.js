/** The port: everything that the engine may assume about storage. */
export {};
