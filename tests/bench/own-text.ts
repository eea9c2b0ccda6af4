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
