/** What an upload answers. Apart from the transport, since it is published. */
export interface StoredUpload {
  readonly path: string
  readonly bytes: number
  /** Hexadecimal, of the content. */
  readonly sha256: string
}
