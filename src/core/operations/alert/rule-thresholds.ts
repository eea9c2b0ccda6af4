import type { RuleKind } from '../../alert/rule.js';
import { OperationError } from '../operation.js';
import { thresholdItems } from './rule-item.js';

/** Takes a threshold back to what is below. */
const STANDARD = 'default';

/**
 * A layer's thresholds with changes written as `share=25% days=5`, or `share=default`. Throws OperationError
 * `threshold-wrong` with a sentence that names what there is.
 */
export function changedThresholds(
  kind: RuleKind,
  before: Readonly<Record<string, unknown>>,
  written: string,
): Readonly<Record<string, unknown>> {
  const items = thresholdItems(kind);
  const names = items.map(({ name }) => name);
  const changed = new Map(Object.entries(before));
  for (const word of written.split(/[\s,;]+/u).filter((one) => one !== '')) {
    const [name = '', value, ...rest] = word.split('=');
    const item = items.find((one) => one.name === name.toLowerCase());
    if (value === undefined || value === '' || rest.length > 0 || item === undefined)
      throw new OperationError(
        'threshold-wrong',
        `"${word.slice(0, 60)}" sets no threshold of ${kind.name}; write such as ${items[0]?.name ?? ''}=${items[0]?.standard ?? ''}, of ${names.join(', ')}.`,
        names,
      );
    if (value.toLowerCase() === STANDARD) changed.delete(item.name);
    else changed.set(item.name, typeof item.standard === 'number' ? numberOf(value) : value.toLowerCase());
  }
  const layer = Object.fromEntries(changed);
  const read = kind.thresholds.safeParse(layer);
  if (read.success) return layer;
  const issue = read.error.issues[0];
  const place = String(issue?.path[0] ?? '');
  throw new OperationError(
    'threshold-wrong',
    `${place} cannot be ${String(layer[place]).slice(0, 60)}: ${(issue?.message ?? 'it is wrong').replace(/\.$/u, '')}.`,
  );
}

/** `25%` is 0.25. */
function numberOf(text: string): number {
  return text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text);
}
