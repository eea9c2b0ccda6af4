import type { ExportedFile } from '../../core/operations/export-file.js';
import type { Asked } from '../ask.js';
import type { Card } from '../card.js';
import { counted } from '../figures.js';
import type { AnswerFile } from '../platform.js';
import { filterText } from './questions.js';

/** That a file goes with the answer, and what is in it. */
export function exportCard({ kind, fileName, rows }: ExportedFile, input: Asked): Card {
  const of = typeof input['domain'] === 'string' ? ` of ${input['domain']}` : '';
  return {
    title: `Export of ${kind}${of}`,
    tone: rows === 0 ? 'warning' : 'good',
    verdict: rows === 0 ? `There are no ${kind} in this period.` : `${counted(rows, 'row')} in ${fileName}.`,
    parts: [],
    advice: rows === 0 ? 'Ask for a longer period, such as 1y.' : null,
    buttons: [{ label: 'Summary', command: 'summary' }],
    form: null,
    footer: filterText(input),
  };
}

/** The file itself; null where nothing is in it. */
export function exportedFile({ fileName, text, rows }: ExportedFile): AnswerFile | null {
  if (rows === 0) return null;
  return { name: fileName, type: 'text/csv', bytes: Buffer.from(text) };
}
