import { expect, it } from 'vitest';
import { ingestCard } from '../../../src/bot/cards/ingest.js';
import type { IngestResult } from '../../../src/core/operations/ingest.js';
import { NOTHING_PROCESSED } from '../../../src/core/ingest/processed.js';

const result: IngestResult = {
  ...NOTHING_PROCESSED,
  files: 3,
  known: 0,
  unopened: [],
  unopenedCount: 0,
  changed: [],
  changedCount: 0,
  raws: 3,
};

it('names what to do next where documents were given up, and does not promise another try', () => {
  const card = ingestCard({ ...result, failed: 2 });

  expect(card.advice).toContain('redrive all:yes');
  expect(card.buttons.map(({ command }) => command)).toContain('dead-letters');
  expect(JSON.stringify(card.parts)).not.toContain('tried again');
});

it('says to take files in again that changed, and counts those that it does not name', () => {
  const changed = Array.from({ length: 20 }, (_, at) => `file-${at}`);

  const card = ingestCard({ ...result, changed, changedCount: 30 });

  expect(card.verdict).toContain('30 could not be read or stored');
  expect(card.advice).toContain('when nobody writes to it any more');
  expect(card.parts).toContainEqual({
    type: 'text',
    text: 'and 25 more files changed while they were read',
  });
});

it('has no advice where all went well', () => {
  expect(ingestCard(result).advice).toBeNull();
});
