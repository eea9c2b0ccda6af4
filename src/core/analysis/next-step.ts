import type { Figures } from './figures.js';

/** The one step that helps a domain most now, as a code with what a sentence needs. */
export type NextStep =
  /** No reports: the record may lack rua, or nothing is taken in. */
  | { readonly code: 'get-reports' }
  /** A source that nobody saw before sends mail that fails. */
  | { readonly code: 'look-at-new-source'; readonly source: string; readonly failed: number }
  /** Much fails while the policy lets it through. */
  | { readonly code: 'look-at-failing-source'; readonly source: string; readonly failed: number }
  /** Nearly all passes, and the policy does not ask for anything yet. */
  | { readonly code: 'raise-policy'; readonly from: string; readonly to: string }
  /** All is well. */
  | { readonly code: 'keep-watching' };

interface Known {
  readonly figures: Figures;
  readonly policy: { readonly p: string | null } | null;
  readonly topSources: readonly { readonly source: string | null; readonly figures: Figures }[];
  readonly newFailing: readonly { readonly source: string | null; readonly figures: Figures }[];
}

/** From this pass rate on a stricter policy costs little good mail: what fails then is mostly spoofing. */
const READY = 0.98;
/** A source whose failing mail is at least this part of all is worth a look of its own. */
const NOTABLE = 0.01;

/** What to do next; null for all domains together, where each has a step of its own. */
export function nextStep(known: Known): NextStep | null {
  const { figures, policy, newFailing, topSources } = known;
  if (figures.messages === 0) return { code: 'get-reports' };
  const [fresh] = newFailing;
  if (fresh !== undefined && fresh.source !== null)
    return { code: 'look-at-new-source', source: fresh.source, failed: failed(fresh.figures) };
  if (policy === null) return null;
  const passing = figures.dmarcPass / figures.messages;
  if (passing >= READY && policy.p !== 'reject' && policy.p !== null)
    return { code: 'raise-policy', from: policy.p, to: policy.p === 'none' ? 'quarantine' : 'reject' };
  const worst = topSources
    .filter(({ source, figures: f }) => source !== null && failed(f) >= figures.messages * NOTABLE)
    .toSorted((a, b) => failed(b.figures) - failed(a.figures))[0];
  if (worst !== undefined && worst.source !== null && policy.p !== 'reject')
    return { code: 'look-at-failing-source', source: worst.source, failed: failed(worst.figures) };
  return { code: 'keep-watching' };
}

function failed(figures: Figures): number {
  return figures.messages - figures.dmarcPass;
}
