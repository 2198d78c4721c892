export { createChunker } from "./chunker.js";
export { createPlainChunker } from "./plain-chunker.js";
export { ChunkerProfile } from "./profile.js";
