/**
 * Bounds on hostile input, enforced while streaming. The defaults let through what real reporters send (the
 * largest seen: 160,000 records, 97 MB of XML) with room to spare. All can be set by configuration.
 */
export interface Limits {
  /** Unpacked bytes of one document. */
  readonly documentBytes: number;
  /** Unpacked bytes of everything in one file, over all members and layers. */
  readonly totalBytes: number;
  /** Unpacked over packed bytes, looked at beyond the first `ratioGraceBytes`; rows that are all alike reach 230. */
  readonly ratio: number;
  readonly ratioGraceBytes: number;
  /** Members of one archive, parts of one mail, and documents of one file over all its containers. */
  readonly entries: number;
  /** Containers inside containers. */
  readonly nesting: number;
  /** Records of one aggregate report; policies and failure details of one TLS report. */
  readonly records: number;
  /** Bytes of one mail, which is read in memory. */
  readonly mailBytes: number;
  /** Bytes of one TLS report, which is read in memory. */
  readonly jsonBytes: number;
  /** Depth of XML elements. */
  readonly xmlDepth: number;
  /** Characters of one text value; longer ones are cut with a problem. */
  readonly textLength: number;
}

export const DEFAULT_LIMITS: Limits = {
  documentBytes: 512 * 1024 * 1024,
  totalBytes: 1024 * 1024 * 1024,
  ratio: 250,
  ratioGraceBytes: 4 * 1024 * 1024,
  entries: 1_000,
  nesting: 5,
  records: 2_000_000,
  mailBytes: 64 * 1024 * 1024,
  jsonBytes: 16 * 1024 * 1024,
  xmlDepth: 32,
  textLength: 4_000,
};

/** A bound was passed; `code` is the name under which people see it, such as `limit-ratio`. */
export class LimitError extends Error {
  readonly code: `limit-${string}`;

  constructor(code: `limit-${string}`, message: string) {
    super(message);
    this.name = 'LimitError';
    this.code = code;
  }
}
