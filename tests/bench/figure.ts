/** What was promised of a figure, in the figure's own unit; what is hoped for depends on the machine, and is no promise. */
export type Target = { readonly atLeast: number } | { readonly below: number } | { readonly hope: string };

export type Unit = 'records/s' | 'reports/s' | 'documents/s' | 'ms' | 's' | 'MB' | 'times' | 'errors';

/** One thing that was measured. */
export interface Figure {
  readonly name: string;
  readonly unit: Unit;
  readonly measured: number;
  /** Null where nothing is promised and the figure is there to be known. */
  readonly target: Target | null;
  /** What else there is to say, such as how many were asked. */
  readonly note: string;
}

export type Verdict = 'ok' | 'miss' | '';

/** Whether a figure keeps what was promised; nothing where nothing was. */
export function verdictOf({ target, measured }: Figure): Verdict {
  if (target === null || 'hope' in target) return '';
  const kept = 'atLeast' in target ? measured >= target.atLeast : measured < target.below;
  return kept ? 'ok' : 'miss';
}

/** `60,000 records/s or more`; empty where nothing is promised. */
export function targetText({ target, unit }: Figure): string {
  if (target === null) return '';
  if ('hope' in target) return target.hope;
  return 'atLeast' in target
    ? `${amount(target.atLeast, unit)} or more`
    : `below ${amount(target.below, unit)}`;
}

/** A number with its unit: three digits are all that a measurement on a shared machine is worth. */
export function amount(value: number, unit: Unit): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  const shown = value.toLocaleString('en', { maximumFractionDigits: digits });
  return unit === 'times' ? `${shown} times` : `${shown} ${unit}`;
}
