import { z } from 'zod';
import { exportRecords, exportReports, exportSources } from './exports.js';
import { filterFields } from './filter.js';
import { operation, OperationError } from './operation.js';

/** What chat platforms take without asking, with room: Discord 10 MiB, Slack and Teams more. */
const MOST_BYTES = 8 * 1024 * 1024;
const KINDS = { reports: exportReports, records: exportRecords, sources: exportSources } as const;
export const EXPORT_KINDS = ['reports', 'records', 'sources'] as const;

export interface ExportedFile {
  readonly kind: (typeof EXPORT_KINDS)[number];
  readonly fileName: string;
  /** CSV (RFC 4180) with a header row. */
  readonly text: string;
  /** Beside the header. */
  readonly rows: number;
}

export const exportFile = operation({
  name: 'export',
  summary: 'Give reports, records or sources as a CSV file',
  role: 'viewer',
  effect: 'reads',
  input: z.object({
    kind: z.enum(EXPORT_KINDS).describe('What to export'),
    ...filterFields,
  }),
  run: async (context, { kind, ...filter }): Promise<ExportedFile> => {
    const made = await KINDS[kind].run(context, filter);
    const pieces: string[] = [];
    let bytes = 0;
    await made.send((text) => {
      bytes += Buffer.byteLength(text);
      if (bytes > MOST_BYTES)
        return Promise.reject(
          new OperationError(
            'export-too-large',
            `This is more than ${MOST_BYTES / 2 ** 20} MB of CSV. Ask for a shorter period or one domain; the API sends all of it: GET /v1/exports/${kind}.csv`,
          ),
        );
      pieces.push(text);
      return Promise.resolve();
    });
    const text = pieces.join('');
    return { kind, fileName: made.fileName, text, rows: Math.max(0, rowsOf(text) - 1) };
  },
});

/** Lines that no quotes hold together. */
function rowsOf(text: string): number {
  let rows = 0;
  let quoted = false;
  for (const character of text) {
    if (character === '"') quoted = !quoted;
    else if (character === '\n' && !quoted) rows += 1;
  }
  return rows;
}
