import stringWidth from 'string-width';
import { amount, targetText, verdictOf, type Figure } from './figure.js';

const HEADINGS = ['What', 'Target', 'Measured', 'Kept'];

/** Figures in columns for a terminal, the verdict as a word. */
export function tableOf(figures: readonly Figure[]): string {
  const rows = [HEADINGS, ...figures.map(cells)];
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => stringWidth(row[column] ?? ''))));
  const lines = rows.map((row) =>
    row.map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - stringWidth(cell))).join('  '),
  );
  const notes = figures.filter(({ note }) => note !== '').map(({ name, note }) => `  ${name}: ${note}`);
  return [...lines.map((line) => line.trimEnd()), '', ...notes, ''].join('\n');
}

/** The same as a Markdown table, with the notes in it. */
export function markdownOf(figures: readonly Figure[]): string {
  const rows = [
    [...HEADINGS, 'Details'],
    [...HEADINGS, ''].map(() => '---'),
    ...figures.map((figure) => [...cells(figure), figure.note]),
  ];
  return rows.map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function cells(figure: Figure): string[] {
  return [figure.name, targetText(figure), amount(figure.measured, figure.unit), verdictOf(figure)];
}
