/** A page on which several programs keep a text each, between marks that name them; what is new stands last. */
export function replaceOwn(page: string, owner: string, text: string): string {
  const begin = `<!-- ${owner} -->`;
  const end = `<!-- /${owner} -->`;
  const own = `${begin}\n\n${text.trim()}\n\n${end}`;
  const from = page.indexOf(begin);
  const to = page.indexOf(end, from);
  if (from === -1 || to === -1) return `${page.trimEnd()}\n\n${own}\n`;
  return `${page.slice(0, from)}${own}${page.slice(to + end.length)}`;
}

/** The text that a program keeps on a page; empty where it has none. */
export function ownText(page: string, owner: string): string {
  const begin = `<!-- ${owner} -->`;
  const from = page.indexOf(begin);
  const to = page.indexOf(`<!-- /${owner} -->`, from);
  return from === -1 || to === -1 ? '' : page.slice(from + begin.length, to);
}

/** The section of this heading in a text, with its heading; null where there is none. */
export function sectionOf(text: string, heading: string): string | null {
  const sections = text.split(/^(?=## )/mu);
  return sections.find((section) => section.startsWith(`## ${heading}\n`))?.trim() ?? null;
}
