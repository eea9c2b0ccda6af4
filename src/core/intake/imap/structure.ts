/** A part of a mail as the server describes it (BODYSTRUCTURE). */
export interface Structure {
  readonly type: string;
  readonly parameters?: Readonly<Record<string, string>> | undefined;
  readonly dispositionParameters?: Readonly<Record<string, string>> | undefined;
  readonly childNodes?: readonly Structure[] | undefined;
}

/** The reader of mails passes over parts of these types, whatever they hold. */
const NEVER_REPORTS = /^(?:image|audio|video|font)\/|^text\/(?:html|calendar|css)$/i;

/**
 * Whether a mail may hold a report: not where all of its parts are pictures, sounds, web pages and the like. Text
 * counts as one that may: some reporters write failure reports as text alone.
 */
export function mayHoldReport(structure: Structure): boolean {
  const { childNodes } = structure;
  if (childNodes !== undefined && childNodes.length > 0) return childNodes.some(mayHoldReport);
  return !NEVER_REPORTS.test(structure.type);
}
