import type { Completeness } from '../../core/analysis/completeness.js';
import type { Fact } from '../card.js';
import { percent } from '../figures.js';

/** Reporters named; more are counted. */
const NAMED = 3;

/** How many of the expected reports are in, and who is missing; nothing where nobody was expected. */
export function completenessFacts(completeness: Completeness): Fact[] {
  const { share, received, expected, missing, missingCount } = completeness;
  if (share === null) return [];
  const fact = { name: 'Completeness', value: `${percent(received, expected)} of expected reports` };
  if (missingCount === 0) return [fact];
  const named = missing.slice(0, NAMED).join(', ');
  return [{ ...fact, note: `missing: ${named}${missingCount > NAMED ? ', …' : ''}` }];
}
