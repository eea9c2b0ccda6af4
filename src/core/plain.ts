/** Control characters, and those that turn the direction of text round. */
// oxlint-disable-next-line no-control-regex -- finding them is the point
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]+/gu;

/** Text from a report or a file name for a terminal or a table cell: it cannot move the cursor or break the line. */
export function plain(text: string): string {
  return text.replaceAll(UNPRINTABLE, ' ').trim();
}
