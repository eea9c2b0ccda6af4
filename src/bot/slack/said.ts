/** What somebody wrote to the app, as command words: without mentions of it, and with links and entities undone. */
export function wordsOf(text: string, bot: string): string {
  return text
    .replaceAll(new RegExp(`<@${bot}(?:\\|[^>]*)?>`, 'gu'), ' ')
    .replaceAll(/<(?:https?:\/\/|mailto:)[^|>]*\|([^>]*)>/gu, '$1')
    .replaceAll(/<(?:https?:\/\/|mailto:)([^|>]*)>/gu, '$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .trim();
}
