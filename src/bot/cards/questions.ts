import type { Range } from '../../core/analysis/range.js';
import type { Asked } from '../ask.js';
import { ask } from '../ask.js';
import type { Button } from '../card.js';
import { counted } from '../figures.js';

/** The next likely questions, as buttons; they keep the filters of the question that was asked. */

/** Periods that people ask for next. */
const USUAL_DAYS = [7, 30, 90] as const;

/** Filters of the operations; an order or a place in a list is none. */
const FILTERS = ['source', 'dkim', 'spf', 'disposition', 'reporter'] as const;

/** The filters of some input, without period, domain and place in a list: what further questions keep. */
export function filtersOf(input: Asked): Asked {
  return Object.fromEntries(
    FILTERS.filter((name) => input[name] !== undefined).map((name) => [name, input[name]]),
  );
}

/** Filters in words, such as `only dkim fail, reporter Example Mail`; null where there are none. */
export function filterText(input: Asked): string | null {
  const parts = Object.entries(filtersOf(input)).map(([name, value]) => `${name} ${String(value)}`);
  return parts.length === 0 ? null : `only ${parts.join(', ')}`;
}

/** Another question about the same domain, period and filters. */
export function follow(
  label: string,
  name: string,
  domain: string | null,
  range: Range,
  input: Asked,
): Button {
  return { label, command: ask(name, [domain], { ...filtersOf(input), from: range.from, to: range.to }) };
}

/** The same question over the usual periods, but for the one that is shown. */
export function periodButtons(
  name: string,
  words: readonly (string | null)[],
  range: Range,
  input: Asked,
): Button[] {
  return USUAL_DAYS.filter((days) => days !== range.days).map((days) => ({
    label: counted(days, 'day'),
    command: ask(name, words, { ...filtersOf(input), days }),
  }));
}

/** The button to the next page with all else the same; none at the end of a list. */
export function nextButton(
  name: string,
  words: readonly (string | null)[],
  input: Asked,
  next: string | null,
): Button[] {
  if (next === null) return [];
  const { domain: _domain, cursor: _cursor, ...rest } = input;
  return [{ label: 'Next page', command: ask(name, words, { ...rest, cursor: next }) }];
}
