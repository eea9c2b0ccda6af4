/** How the API serves and what it bears; src/config.ts fills it from the environment. */
export interface ApiSettings {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Origins whose pages may call, such as https://dash.example.com; `*` alone for all; empty for none. */
  readonly corsOrigins: readonly string[];
  /** Proxies in front, each of which adds to X-Forwarded-For who called it; 0: nobody's word about that is taken. */
  readonly proxies: number;
  /** What a scraper shows; null: only this machine may read the metrics. */
  readonly metricsToken: string | null;
  readonly callsPerMinute: number;
  readonly uploadsPerHour: number;
  readonly exportsPerMinute: number;
  readonly upload: UploadSettings;
  /** A platform's request that takes longer to come is cut: they are small, and nobody knows yet whose they are. */
  readonly mountBodyMs: number;
}

export interface UploadSettings {
  /** Files of one request. */
  readonly files: number;
  /** Bytes of one file as it comes. */
  readonly fileBytes: number;
  /** A client may be silent so long within a body. */
  readonly idleMs: number;
  /** Bytes a second that a body brings at least, once the grace is over. */
  readonly bytesPerSecond: number;
  readonly graceMs: number;
  /** Longest upload, however fast it comes: it holds a place. */
  readonly withinMs: number;
}

export const DEFAULT_API: ApiSettings = {
  host: '127.0.0.1',
  port: 8080,
  corsOrigins: [],
  proxies: 0,
  metricsToken: null,
  callsPerMinute: 100,
  uploadsPerHour: 20,
  exportsPerMinute: 10,
  mountBodyMs: 10_000,
  upload: {
    files: 200,
    fileBytes: 50 * 2 ** 20,
    idleMs: 30_000,
    bytesPerSecond: 1024,
    graceMs: 30_000,
    withinMs: 60 * 60_000,
  },
};
