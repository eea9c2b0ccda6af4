/** Numbers as people read them, the same in pictures and in text. */

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** `41,310`. */
export function count(value: number): string {
  return whole.format(value);
}

/** `98.2 %` of a percentage (0 to 100). Says 100.0 % only of all and 0.0 % only of none. */
export function percentText(value: number): string {
  if (value > 0 && value < 0.1) return '<0.1 %';
  if (value < 100 && value >= 99.95) return '99.9 %';
  return `${value.toFixed(1)} %`;
}

/** At most five characters, for axes: `850`, `1.2k`, `41k`, `3.4M`. */
export function compact(value: number): string {
  const steps = ['', 'k', 'M', 'G', 'T', 'P'] as const;
  let size = value;
  let step = 0;
  while (size >= 999.5 && step < steps.length - 1) {
    size /= 1000;
    step += 1;
  }
  const text = size < 10 && step > 0 ? size.toFixed(1).replace(/\.0$/, '') : String(Math.round(size));
  return `${text}${steps[step] ?? ''}`;
}
