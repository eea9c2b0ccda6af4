import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { describe, expect, it } from 'vitest';
import { rulesPage } from '../scripts/manifests/rules-page.js';
import { RULE_KINDS } from '../src/core/alert/kinds.js';
import { thresholdItems } from '../src/core/operations/alert/rule-item.js';

const PAGE = fileURLToPath(new URL('../docs/rules.md', import.meta.url));

describe('docs/rules.md', () => {
  it('is what the kinds of rules give; else run `npm run manifests` and commit what it wrote', async () => {
    const made = await format(rulesPage(RULE_KINDS), { ...(await resolveConfig(PAGE)), parser: 'markdown' });

    expect(readFileSync(PAGE, 'utf8')).toBe(made);
  });

  it.each(RULE_KINDS.map((kind) => [kind.name, kind] as const))(
    'can name a default, a unit and a meaning for each threshold of %s',
    (_name, kind) => {
      const items = thresholdItems(kind);

      expect(items.length).toBeGreaterThan(0);
      expect(
        items.filter(
          ({ standard, unit, description }) => standard === '' || unit === '' || description === '',
        ),
      ).toEqual([]);
    },
  );
});
