const MIB = 2 ** 20;

/** What a server takes from its clients; everything a client can send is bounded by one of these. */
export interface Limits {
  /** Bytes of one upload. */
  uploadBytes: number;
  /** Bytes that an archive or a gzip stream of one upload may unpack to. */
  unpackedBytes: number;
  /** Files of one upload, or of its archive. */
  uploadFiles: number;
  /** Bytes and number of uploads kept; the ones not used for longest make room. */
  storedBytes: number;
  storedUploads: number;
  /** Bytes of a JSON request, data URLs included. */
  jsonBytes: number;
  /** Bytes of JSON requests that are read at the same time. */
  jsonBytesAtOnce: number;
  /** Letters of one message. */
  messageLetters: number;
  /** Messages of a dialogue. */
  messages: number;
  /** Pictures of one message. */
  pictures: number;
  /** Questions that wait for their turn. */
  waiting: number;
}

/** Limits of a server on one's own machine. */
export const DEFAULT_LIMITS: Limits = {
  uploadBytes: 1024 * MIB,
  unpackedBytes: 2048 * MIB,
  uploadFiles: 5000,
  storedBytes: 4096 * MIB,
  storedUploads: 200,
  jsonBytes: 256 * MIB,
  jsonBytesAtOnce: 1024 * MIB,
  messageLetters: 8000,
  messages: 100,
  pictures: 512,
  waiting: 200,
};
