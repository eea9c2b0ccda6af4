import { z } from 'zod';
import { SWITCH } from './on-or-off.js';
import { DEFAULT_API, type ApiSettings } from '../api/settings.js';

/** One variable of the API: how it is read, and what the README says of it. */
interface ApiVariable {
  readonly field: z.ZodType;
  readonly meaning: string;
  readonly otherwise: string;
}

const LARGEST_PORT = 65_535;
const LARGEST_COUNT = 1_000_000;
const MINUTE_MS = 60_000;
/** A day. */
const LONGEST_UPLOAD_MINUTES = 1_440;
const BYTES_OF: Readonly<Record<string, number>> = { '': 1, KB: 2 ** 10, MB: 2 ** 20, GB: 2 ** 30 };
/** Sixteen letters that nobody guesses; a word that somebody thought up is shorter. */
const SHORTEST_TOKEN = 16;

/** Whole numbers; nothing else counts as one, such as 1e3 or 0x10. */
function whole(otherwise: number, least: number, most: number) {
  return z
    .string()
    .transform((text, context) => {
      const value = /^\d{1,10}$/u.test(text) ? Number(text) : Number.NaN;
      if (value >= least && value <= most) return value;
      context.addIssue({
        code: 'custom',
        message: `must be a whole number from ${least} to ${most}, not "${text}"`,
      });
      return z.NEVER;
    })
    .default(otherwise);
}

function bytes(otherwise: number) {
  return z
    .string()
    .transform((text, context) => {
      const [, digits = '', unit = ''] = /^(\d{1,12}) ?([kmg]b)?$/iu.exec(text) ?? [];
      const value = Number(digits) * (BYTES_OF[unit.toUpperCase()] ?? 1);
      if (Number.isSafeInteger(value) && value > 0) return value;
      context.addIssue({
        code: 'custom',
        message: `must be a size such as 500KB, 64MB or 1GB, not "${text}"`,
      });
      return z.NEVER;
    })
    .default(otherwise);
}

const origins = z
  .string()
  .transform((text, context) => {
    const given = text
      .split(',')
      .map((origin) => origin.trim())
      .filter(Boolean);
    const wrong = given.find((origin) => origin !== '*' && !isOrigin(origin));
    if (wrong === undefined) return given;
    context.addIssue({
      code: 'custom',
      message: `must be origins such as https://dash.example.com, with commas between them, not "${wrong}"`,
    });
    return z.NEVER;
  })
  .default([]);

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}

/** On, off, or how many. */
const proxies = z
  .string()
  .transform((text, context) => {
    if (/^\d$/u.test(text)) return Number(text);
    const isOn = SWITCH[text.toLowerCase()];
    if (isOn !== undefined) return isOn ? 1 : 0;
    context.addIssue({
      code: 'custom',
      message: `must be off, on, or how many proxies are in front (at most 9), not "${text}"`,
    });
    return z.NEVER;
  })
  .default(DEFAULT_API.proxies);

const { upload } = DEFAULT_API;

/** The variables of the API, by name. */
export const API_VARIABLES = {
  HTTP_HOST: {
    field: z.string().default(DEFAULT_API.host),
    meaning: 'Address that the API listens on; 0.0.0.0 for all',
    otherwise: DEFAULT_API.host,
  },
  HTTP_PORT: {
    field: whole(DEFAULT_API.port, 0, LARGEST_PORT),
    meaning: 'Port of the API; 0 for any that is free',
    otherwise: String(DEFAULT_API.port),
  },
  HTTP_BEHIND_PROXY: {
    field: proxies,
    meaning: 'Proxies in front whose X-Forwarded-For says who calls; on is 1',
    otherwise: 'off',
  },
  CORS_ORIGINS: {
    field: origins,
    meaning: 'Origins whose pages may call the API, with commas between them; `*` for all',
    otherwise: 'none',
  },
  METRICS_TOKEN: {
    field: z
      .string()
      .min(SHORTEST_TOKEN, `must have at least ${SHORTEST_TOKEN} characters`)
      // RFC 6750 §2.1: no other can be shown as a bearer token.
      .regex(/^[\w.~+/=-]*$/u, 'may have letters, digits and -._~+/= only')
      .nullable()
      .default(null),
    meaning: 'What a scraper of /metrics shows as bearer token',
    otherwise: 'only this machine may read them',
  },
  API_CALLS_PER_MINUTE: {
    field: whole(DEFAULT_API.callsPerMinute, 1, LARGEST_COUNT),
    meaning: 'Calls of one user with all their keys a minute',
    otherwise: String(DEFAULT_API.callsPerMinute),
  },
  API_UPLOADS_PER_HOUR: {
    field: whole(DEFAULT_API.uploadsPerHour, 1, LARGEST_COUNT),
    meaning: 'Uploads of one user with all their keys an hour',
    otherwise: String(DEFAULT_API.uploadsPerHour),
  },
  API_EXPORTS_PER_MINUTE: {
    field: whole(DEFAULT_API.exportsPerMinute, 1, LARGEST_COUNT),
    meaning: 'CSV exports of one user with all their keys a minute',
    otherwise: String(DEFAULT_API.exportsPerMinute),
  },
  UPLOAD_FILES: {
    field: whole(upload.files, 1, 10_000),
    meaning: 'Files of one upload',
    otherwise: String(upload.files),
  },
  UPLOAD_FILE_BYTES: {
    field: bytes(upload.fileBytes),
    meaning: 'Size of one uploaded file',
    otherwise: `${upload.fileBytes / 2 ** 20}MB`,
  },
  UPLOAD_MINUTES: {
    field: whole(upload.withinMs / MINUTE_MS, 1, LONGEST_UPLOAD_MINUTES),
    meaning: 'Longest time of one upload in minutes',
    otherwise: String(upload.withinMs / MINUTE_MS),
  },
} as const satisfies Readonly<Record<string, ApiVariable>>;

/** What the variables gave, by name. */
type Given = {
  readonly [Name in keyof typeof API_VARIABLES]: z.output<(typeof API_VARIABLES)[Name]['field']>;
};

/** The settings of the API from the variables, which were read. */
export function apiSettings(given: Given): ApiSettings {
  return {
    host: given.HTTP_HOST,
    port: given.HTTP_PORT,
    proxies: given.HTTP_BEHIND_PROXY,
    corsOrigins: given.CORS_ORIGINS,
    metricsToken: given.METRICS_TOKEN,
    mountBodyMs: DEFAULT_API.mountBodyMs,
    callsPerMinute: given.API_CALLS_PER_MINUTE,
    uploadsPerHour: given.API_UPLOADS_PER_HOUR,
    exportsPerMinute: given.API_EXPORTS_PER_MINUTE,
    upload: {
      ...upload,
      files: given.UPLOAD_FILES,
      fileBytes: given.UPLOAD_FILE_BYTES,
      withinMs: given.UPLOAD_MINUTES * MINUTE_MS,
    },
  };
}
