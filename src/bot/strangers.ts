import type { SystemContext } from '../core/operations/operation.js';
import type { Card } from './card.js';
import { unboundCard } from './cards/chat.js';
import type { ChatRequest } from './platform.js';
import { bring, codeOf, hereOf, refusedForRate, withCodesVoid } from './turn.js';

/** Requests that are remembered; those of before are forgotten. */
const REMEMBERED = 10_000;

/** Requests of workspaces that no tenant has: nothing of them is stored, for there is nobody to store it for. */
export interface Strangers {
  /** Whether an event was taken here before. */
  knows(request: ChatRequest): boolean;
  /** Remembers an event. */
  note(request: ChatRequest): void;
  /** The answer, and the request that was refused before and can be carried out now. */
  answer(
    system: SystemContext,
    request: ChatRequest,
  ): Promise<{ readonly card: Card; readonly next: ChatRequest | null }>;
}

/** Remembers in memory alone. */
export function strangers(): Strangers {
  const known = new Set<string>();
  const refused = new Map<string, ChatRequest>();
  return {
    knows: (request) => known.has(eventKey(request)),
    note: (request) => {
      known.add(eventKey(request));
      forgetOldest(known);
    },
    answer: async (system, request) => {
      const { place, person, text } = request;
      const here = hereOf({ ...place, person: person.id, personName: person.name }, request);
      const key = JSON.stringify([place.platform, place.workspace, person.id]);
      const tooMany = await refusedForRate(system, here);
      if (tooMany !== null) return { card: await withCodesVoid(system, here, text, tooMany), next: null };
      const code = codeOf(text);
      if (code === null) {
        refused.delete(key);
        refused.set(key, request);
        forgetOldest(refused);
        return { card: await withCodesVoid(system, here, text, unboundCard()), next: null };
      }
      const { card, linked } = await bring(system, here, code);
      const next = linked ? (refused.get(key) ?? null) : null;
      if (linked) refused.delete(key);
      return { card: await withCodesVoid(system, here, text, card), next };
    },
  };
}

function eventKey({ place, id }: ChatRequest): string {
  return JSON.stringify([place.platform, place.workspace, id]);
}

function forgetOldest(kept: Set<string> | Map<string, unknown>): void {
  if (kept.size <= REMEMBERED) return;
  for (const key of kept.keys()) {
    kept.delete(key);
    return;
  }
}
