import type { ClaimResult } from '../../core/operations/domains.js';
import { ask } from '../ask.js';
import type { Card } from '../card.js';

/** Tells that a domain is claimed or released now, or was so before. */
export function claimCard(result: ClaimResult): Card {
  const { domain, claimed, changed, seen } = result;
  const state = claimed ? 'claimed' : 'not claimed';
  return {
    title: claimed ? `Claim ${domain}` : `Release ${domain}`,
    tone: changed ? 'good' : 'neutral',
    verdict: changed
      ? `${domain} is ${claimed ? 'claimed: alerts and digests will speak of it' : 'released: its reports are kept, and nobody is alerted'}.`
      : `${domain} was ${state} already; nothing changed.`,
    parts: [],
    advice:
      claimed && !seen
        ? 'No report has spoken of it yet: check that the rua address of its DMARC record leads here.'
        : null,
    buttons: [
      ...(seen ? [{ label: 'Summary', command: ask('summary', [domain]) }] : []),
      changed && claimed
        ? { label: 'Release', command: ask('release', [domain]) }
        : { label: 'Claim', command: ask('claim', [domain]) },
      { label: 'Domains', command: 'domains' },
    ],
    form: null,
    footer: null,
  };
}
