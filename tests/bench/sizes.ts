/** How much is measured. */
export interface Sizes {
  /** Records of a large report. */
  readonly largeRecords: number;
  /** Large reports that are taken in together. */
  readonly largeReports: number;
  /** Small reports that are parsed, and taken in. */
  readonly smallParsed: number;
  readonly smallIngested: number;
  /** Small documents that wait for workers. */
  readonly drained: number;
  /** Runs of `parse` and of a start, of which the median counts. */
  readonly runs: number;
  /** Records stored while questions are asked: first few, then many. */
  readonly fewStored: number;
  readonly manyStored: number;
  readonly domains: number;
  /** Days that the stored records are spread over. */
  readonly days: number;
  /** Questions of each kind. */
  readonly questions: number;
  /** How long the API is asked, and then loaded in every way. */
  readonly apiSeconds: number;
  readonly mixedSeconds: number;
  /** Bytes of each file of the large upload, and how many there are. */
  readonly uploadBytes: number;
  readonly uploadFiles: number;
  /** How long alerts are clicked, and how many deliveries are out of date at once. */
  readonly clickSeconds: number;
  readonly overdue: number;
}

/** The sizes that the targets speak of. */
export const FULL: Sizes = {
  largeRecords: 100_000,
  largeReports: 8,
  smallParsed: 6_000,
  smallIngested: 10_000,
  drained: 6_000,
  runs: 5,
  fewStored: 1_000_000,
  manyStored: 10_000_000,
  domains: 1_000,
  days: 90,
  questions: 500,
  apiSeconds: 30,
  mixedSeconds: 60,
  uploadBytes: 50 * 2 ** 20,
  uploadFiles: 200,
  clickSeconds: 60,
  overdue: 10_000,
};

/** Sizes that show in seconds that the bench works; as figures they mean nothing. */
export const QUICK: Sizes = {
  largeRecords: 2_000,
  largeReports: 2,
  smallParsed: 50,
  smallIngested: 50,
  drained: 50,
  runs: 1,
  fewStored: 500,
  manyStored: 2_000,
  domains: 10,
  days: 12,
  questions: 10,
  apiSeconds: 1,
  mixedSeconds: 1,
  uploadBytes: 2 ** 20,
  uploadFiles: 5,
  clickSeconds: 2,
  overdue: 200,
};
