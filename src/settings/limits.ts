import { DEFAULT_LIMITS, type Limits } from '../core/report/limits.js';

/** How one limit is named and told, on the command line and in the environment. */
export interface LimitSetting {
  readonly key: keyof Limits;
  /** Option of the command line without dashes, such as `max-document-bytes`. */
  readonly option: string;
  /** Environment variable, such as `DMARC_MAX_DOCUMENT_BYTES`. */
  readonly variable: string;
  readonly summary: string;
  /** Default as people write it, such as `512MB`. */
  readonly defaultText: string;
}

const SUMMARIES: Readonly<Record<keyof Limits, string>> = {
  documentBytes: 'Unpacked size of one document',
  totalBytes: 'Unpacked size of everything in one file',
  ratio: 'Unpacked over packed size, looked at beyond the grace',
  ratioGraceBytes: 'Unpacked size up to which the ratio is not looked at',
  entries: 'Members of one archive, parts of one mail, documents of one file',
  nesting: 'Containers inside containers',
  records: 'Records of one report',
  mailBytes: 'Size of one mail',
  jsonBytes: 'Size of one SMTP TLS report',
  xmlDepth: 'Depth of XML elements',
  textLength: 'Characters of one text value; longer ones are cut',
};

const UNITS: Readonly<Record<string, number>> = { '': 1, KB: 2 ** 10, MB: 2 ** 20, GB: 2 ** 30 };

/** Every limit, in the order of Limits. */
export const LIMIT_SETTINGS: readonly LimitSetting[] = (Object.keys(SUMMARIES) as (keyof Limits)[]).map(
  (key) => {
    const words = key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    return {
      key,
      option: `max-${words}`,
      variable: `DMARC_MAX_${words.replaceAll('-', '_').toUpperCase()}`,
      summary: SUMMARIES[key],
      defaultText: limitText(key, DEFAULT_LIMITS[key]),
    };
  },
);

/** A whole number of 1 or more, for sizes also with KB, MB or GB (of 1024); null where the text is none. */
export function parseLimit(key: keyof Limits, text: string): number | null {
  const match = /^(\d{1,15}) ?([kmg]b)?$/i.exec(text.trim());
  const unit = (match?.[2] ?? '').toUpperCase();
  if (match === null || (unit !== '' && !isSize(key))) return null;
  const value = Number(match[1]) * (UNITS[unit] ?? 1);
  return Number.isSafeInteger(value) && value > 0 ? value : null;
}

/** What parseLimit takes for this limit, for people. */
export function limitForm(key: keyof Limits): string {
  return isSize(key) ? 'a size such as 500KB, 64MB or 1GB' : 'a whole number of 1 or more';
}

function isSize(key: keyof Limits): boolean {
  return key.endsWith('Bytes');
}

function limitText(key: keyof Limits, value: number): string {
  if (!isSize(key)) return String(value);
  const [unit, factor] =
    Object.entries(UNITS)
      .toReversed()
      .find(([, size]) => value % size === 0) ?? [];
  return `${value / (factor ?? 1)}${unit ?? ''}`;
}
