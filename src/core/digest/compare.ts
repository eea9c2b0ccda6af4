import type { Figures } from '../analysis/figures.js';
import type { DigestContent, NewSender, Section } from './content.js';

/** A change of a figure by more than this part of what was shown is worth an edit. */
const NOTABLE = 0.01;

/** Figures that people read, by a name for each. */
type Shown = ReadonlyMap<string, number>;

/**
 * Whether any figure that a digest shows is other by more than 1 % in a newer one: counts, the share that passes, and
 * which domains and senders are listed. Days of the chart are not read as numbers; a day that weighs shows in the sums.
 */
export function changedNotably(shown: DigestContent, newer: DigestContent): boolean {
  const before = figuresShown(shown);
  const now = figuresShown(newer);
  if (before.size !== now.size) return true;
  for (const [name, value] of now) {
    const old = before.get(name);
    if (old === undefined || Math.abs(value - old) > Math.abs(old) * NOTABLE) return true;
  }
  return false;
}

function figuresShown(content: DigestContent): Shown {
  const shown = new Map<string, number>();
  const tells = (section: Section) => content.sections.includes(section);
  // A digest without any of these shows them in its chart alone.
  putFigures(shown, 'all', content.figures);
  if (tells('verdict')) {
    shown.set('new failing', content.newFailing);
    for (const { domain, figures } of content.worst) putShort(shown, `domain ${domain}`, figures);
  }
  if (tells('senders')) for (const sender of content.senders) putShort(shown, nameOf(sender), sender.figures);
  if (tells('completeness')) {
    shown.set('reporters', content.reporters);
    shown.set('expected', content.completeness.expected);
    shown.set('received', content.completeness.received);
  }
  return shown;
}

function putFigures(shown: Map<string, number>, name: string, figures: Figures): void {
  putShort(shown, name, figures);
  shown.set(`${name} dkim`, figures.dkimAligned);
  shown.set(`${name} spf`, figures.spfAligned);
  shown.set(`${name} quarantined`, figures.quarantined);
  shown.set(`${name} rejected`, figures.rejected);
}

function putShort(shown: Map<string, number>, name: string, { messages, dmarcPass }: Figures): void {
  shown.set(`${name} messages`, messages);
  shown.set(`${name} pass`, dmarcPass);
  shown.set(`${name} share`, messages === 0 ? 0 : dmarcPass / messages);
}

function nameOf({ domain, source }: NewSender): string {
  return `sender ${source} of ${domain}`;
}
