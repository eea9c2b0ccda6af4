/** Numbers in the sentences of findings, which are stored: the same whoever reads them. */
const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** `12,345`. */
export function whole(value: number): string {
  return WHOLE.format(value);
}

/** `1 message`, `12,345 messages`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${whole(count)} ${Math.round(count) === 1 ? one : many}`;
}

/** A fraction as `37 %`; never `0 %` or `100 %` where it is not quite so. */
export function percent(fraction: number): string {
  const rounded = Math.round(fraction * 100);
  if (rounded === 0 && fraction > 0) return 'under 1 %';
  if (rounded === 100 && fraction < 1) return 'over 99 %';
  return `${rounded} %`;
}

/** `3.2 times`. */
export function times(factor: number): string {
  return `${factor >= 10 ? whole(factor) : factor.toFixed(1)} times`;
}
