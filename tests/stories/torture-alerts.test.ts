import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inject, expect, it } from 'vitest';
import { freshDatabase } from '../support/database.js';
import { programOf } from '../support/programs.js';
import { planOf } from '../torture/alerts/plan.js';
import { tortureAlerts } from '../torture/alerts/torture.js';

it('shows every alert as it stands, tells nothing twice and loses nothing, whatever befalls: the short form of npm run torture:alerts', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'dmarc-ops-alerts-'));
  const database = await freshDatabase(inject('migratedTemplate'));
  try {
    const result = await tortureAlerts({
      steps: 150,
      seed: 6,
      workers: 3,
      url: database.url,
      folder,
      program: programOf('tests/torture/alerts/alert-child.ts'),
      note: () => {},
    });

    expect(result.violations).toEqual([]);
    expect(result.counts['kills']).toBeGreaterThan(0);
  } finally {
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  }
}, 180_000);

it('takes the same steps for the same seed', () => {
  expect(planOf(7, 500, 3)).toEqual(planOf(7, 500, 3));
  expect(planOf(8, 500, 3)).not.toEqual(planOf(7, 500, 3));
});
