import type { Element } from './elements.js';

/** Somebody to be mentioned, by their id in Microsoft Entra ID or the Bot Connector's. */
export interface Mentioned {
  readonly id: string;
  readonly name: string;
}

const LONGEST_NAME = 60;

/**
 * Mentions in a card: a text that names people, and whom its `<at>` mean. It is the one text that Teams reads markup in,
 * so that names keep nothing that could be some.
 * https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format#mention-support-within-adaptive-cards
 */
export function mentionsOf(people: readonly Mentioned[]): {
  readonly element: readonly Element[];
  readonly entities: readonly Element[];
} {
  const seen = new Set<string>();
  const entities = people.map(({ id, name }) => {
    const bare =
      name
        .replaceAll(/[^\p{L}\p{N} .'’-]+/gu, '')
        .trim()
        .slice(0, LONGEST_NAME) || 'you';
    let shown = bare;
    // Two of one name are told apart by their text.
    for (let count = 2; seen.has(shown); count += 1) shown = `${bare} ${count}`;
    seen.add(shown);
    return { type: 'mention', text: `<at>${shown}</at>`, mentioned: { id, name: shown } };
  });
  if (entities.length === 0) return { element: [], entities };
  const text = entities.map((one) => one.text).join(' ');
  return { element: [{ type: 'TextBlock', text, wrap: true }], entities };
}
