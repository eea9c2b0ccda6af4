/** Place in a list ordered by messages, largest first, then by name. */
export interface AfterMessages {
  readonly messages: number;
  readonly name: string;
}

export interface Page<After = AfterMessages> {
  readonly limit: number;
  readonly after: After | null;
}

/** WHERE clause and values for what comes after a place; `rank` is what orders, `used` how many parameters there are. */
export function after(
  place: AfterMessages | null,
  rank: string,
  used: number,
): { clause: string; values: unknown[] } {
  if (place === null) return { clause: '', values: [] };
  return {
    clause: `WHERE (${rank} < $${used + 1} OR (${rank} = $${used + 1} AND name > $${used + 2}))`,
    values: [place.messages, place.name],
  };
}
