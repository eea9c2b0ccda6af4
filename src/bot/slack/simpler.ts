import type { Card } from '../card.js';
import { meaningOf } from './errors.js';
import { renderCard, type Rendered, type RenderOptions } from './render.js';

/** A card as messages, each simpler than the one before, for Slack refuses a whole message for one bad block. */
export function formsOf(card: Card, options: RenderOptions): readonly (() => Rendered)[] {
  const bare: RenderOptions = { ...options, pictures: new Map() };
  return [
    () => renderCard(card, options),
    ...((options.pictures?.size ?? 0) > 0 ? [() => renderCard(card, bare)] : []),
    () => renderCard(card, { ...bare, tables: false }),
    () => renderCard({ ...card, parts: [], form: null }, bare),
  ];
}

/**
 * Sends the first form that Slack takes; `onRefused` is told of each that it does not. Throws what sending throws, of the
 * last form where none is taken.
 */
export async function sendForms<Sent>(
  forms: readonly (() => Rendered)[],
  send: (message: Rendered) => Promise<Sent>,
  onRefused: (reason: string, at: number) => void,
): Promise<Sent> {
  for (const [at, form] of forms.entries()) {
    try {
      return await send(form());
    } catch (error) {
      const meaning = meaningOf(error);
      if (meaning.type !== 'simpler' || at === forms.length - 1) throw error;
      onRefused(meaning.reason, at);
    }
  }
  throw new Error('a card has no form to be sent in');
}
