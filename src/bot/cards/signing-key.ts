import type { Card } from '../card.js';

/** That access tokens are signed with another key now. */
export function signingKeyCard({ forgotten }: { readonly forgotten: boolean }): Card {
  return {
    title: 'New signing key',
    tone: 'good',
    verdict: forgotten
      ? 'Access tokens of before are refused from now on; programs get others with their refresh tokens.'
      : 'Access tokens are signed with a new key; those of before are good until they end, within 15 minutes.',
    parts: [],
    advice: forgotten ? null : 'If the key became known to others: rotate-signing-key forget:yes',
    buttons: [{ label: 'Audit', command: 'audit' }],
    form: null,
    footer: null,
  };
}
